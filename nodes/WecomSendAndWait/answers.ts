import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import type { WecomClient } from '../shared/client/client';
import { later } from '../shared/util/later';
import { QUESTION_KEY, type End } from './card';
import { CREDENTIALS } from './credentials';
import { isOneOf, nameOf } from './people';
import type { GivenAnswer, CardTexts, Question } from './question';
import { addVote, type Vote } from './votes';
import { keepNewest } from '../shared/util/keepNewest';

/** Decides with an answer: who may give it, whether it is the first, and whether others are awaited. */

export type Verdict =
	/** The execution is to go on with `data`; `settle` is told whether n8n has let it. */
	| { kind: 'decided'; end: End; data: IDataObject; settle: (stored: boolean) => void }
	| { kind: 'counted' | 'notAllowed'; end: End }
	| { kind: 'over'; end?: End };

interface Decided {
	end: End;
	/** Whether n8n has let the execution go on: until that is known, those who come later are told nothing. */
	stored: Promise<boolean>;
}

/** What this process has decided, by question: n8n answers for those that have gone on, but not at the same moment. */
const decided = new Map<string, Decided>();
const MAX_DECIDED = 10_000;
/** How long n8n's answer to a decision is waited for; it normally comes at once. */
const MAX_STORING_MS = 10_000;

/** How a question has ended in this process, if it has: once n8n has stored it. */
export async function endOf({ ask }: Question): Promise<End | undefined> {
	for (let earlier; (earlier = decided.get(ask)); ) if (await earlier.stored) return earlier.end;
	return undefined;
}

/** Ends a question, until `settle` is told that n8n did not let the execution go on. Undefined when it has ended before. */
export async function claim(
	question: Question,
	end: End,
): Promise<((stored: boolean) => void) | undefined> {
	const { ask } = question;
	// Of several who have waited only one finds no entry: the others wait for its end.
	while (decided.has(ask)) if (await endOf(question)) return undefined;
	let resolve: (stored: boolean) => void = () => {};
	const stored = new Promise<boolean>((done) => (resolve = done));
	const own = { end, stored };
	keepNewest(decided, ask, own, MAX_DECIDED);
	const settle = (stored: boolean) => {
		if (!stored && decided.get(ask) === own) decided.delete(ask);
		resolve(stored);
	};
	later(MAX_STORING_MS, () => resolve(true));
	return settle;
}

/** The options of a click, as the card has them. */
export function answerOfClick(
	{ type, choices, multiple }: Question,
	query: IDataObject,
	selected: Record<string, string[]>,
): GivenAnswer | undefined {
	if (type !== 'choice') {
		if (query.approved !== 'true' && query.approved !== 'false') return undefined;
		return { approved: query.approved === 'true' };
	}
	const known = choices.map(({ id }) => id);
	const chosen = (selected[QUESTION_KEY] ?? []).filter((id) => known.includes(id));
	return chosen.length > 0 && (multiple || chosen.length === 1) ? { chosen } : undefined;
}

/**
 * Decides for a person, '' for somebody who is not known, who has answered `at` that time (milliseconds since the epoch). Throws
 * only when the answer could not be stored.
 */
export async function decide(
	context: IWebhookFunctions,
	question: Question,
	{ userid, at, answer }: Vote,
	client?: WecomClient,
): Promise<Verdict> {
	const earlier = await endOf(question);
	if (earlier) return { kind: 'over', end: earlier };
	const end = (state: keyof CardTexts): End => ({
		state,
		person: userid,
		at,
		chosen: answer.chosen,
	});
	if (question.allowed && !isOneOf(question.allowed, userid))
		return { kind: 'notAllowed', end: end('notAllowed') };

	const state = stateOf(answer);
	if (question.needed === 1) {
		const final = end(state);
		const settle = await claim(question, final);
		if (!settle) return { kind: 'over', end: await endOf(question) };
		const name = await nameIn(client, userid);
		// This is the end of which others are told as well.
		final.person = name;
		const data = dataOf(question, answer, { userid, name, at });
		return { kind: 'decided', end: final, data, settle };
	}

	const vote: Vote = { userid, at, answer };
	const ends = (all: Vote[]) => outcomeOf(question, all) !== undefined;
	const votes = await addVote(context, CREDENTIALS[question.source], question, vote, ends);
	const outcome = outcomeOf(question, votes);
	if (!outcome) return { kind: 'counted', end: end('counted') };
	const final = end(outcome);
	const settle = await claim(question, final);
	if (!settle) return { kind: 'over', end: await endOf(question) };
	const name = await nameIn(client, userid);
	final.person = name;
	const data = {
		...dataOf(question, { ...answer, ...approvedBy(outcome) }, { userid, name, at }),
		answers: votes.map((one) => ({
			userid: one.userid,
			...contentOf(question, one.answer),
			respondedAt: new Date(one.at).toISOString(),
		})),
	};
	return { kind: 'decided', end: final, data, settle };
}

const nameIn = async (client: WecomClient | undefined, userid: string) =>
	client && userid ? await nameOf(client, userid) : userid;

const stateOf = ({ approved }: GivenAnswer): keyof CardTexts =>
	approved === undefined ? 'answered' : approved ? 'approved' : 'disapproved';

const approvedBy = (outcome: keyof CardTexts): GivenAnswer =>
	outcome === 'answered' ? {} : { approved: outcome === 'approved' };

/** How several answers end a question: undefined while more are needed. */
export function outcomeOf(
	{ type, needed, people }: Pick<Question, 'type' | 'needed' | 'people'>,
	votes: Vote[],
): 'approved' | 'disapproved' | 'answered' | undefined {
	if (type !== 'approval') return votes.length >= needed ? 'answered' : undefined;
	const yes = votes.filter(({ answer }) => answer.approved).length;
	const no = votes.length - yes;
	if (yes >= needed) return 'approved';
	// So many have declined that the others are not enough; where nobody knows how many there are, as many as would be needed.
	const tooMany = people === undefined ? needed : people - needed + 1;
	return no >= tooMany ? 'disapproved' : undefined;
}

interface Responder {
	userid: string;
	name: string;
	at: number;
}

/** As n8n's own nodes put it out, with the person. */
function dataOf(
	question: Question,
	answer: GivenAnswer,
	{ userid, name, at }: Responder,
): IDataObject {
	return {
		...contentOf(question, answer),
		respondedAt: new Date(at).toISOString(),
		...(userid && { responder: { id: userid, name, source: 'wecom' }, userid }),
	};
}

function contentOf({ type, choices }: Question, answer: GivenAnswer): IDataObject {
	const { approved, reason, chosen = [], text = '', values = {} } = answer;
	if (type === 'approval') return { approved, ...(reason && { chatInput: reason }) };
	if (type === 'freeText') return { text };
	if (type === 'form') return values;
	const texts = chosen.map((id) => choices.find((choice) => choice.id === id)?.text ?? id);
	return { choice: chosen[0], choices: chosen, text: texts.join(', ') };
}
