import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import type { WecomClient } from '../shared/client/client';
import { QUESTION_KEY, type End } from './card';
import { CREDENTIALS } from './credentials';
import { nameOf } from './people';
import type { GivenAnswer, CardTexts, Question } from './question';
import { addVote, type Vote } from './votes';
import { keepNewest } from '../shared/util/keepNewest';

/** Decides with an answer: who may give it, whether it is the first, and whether others are awaited. */

export type Verdict =
	/** The execution goes on with `data`; `failed` is called when n8n could not let it. */
	| { kind: 'decided'; end: End; data: IDataObject; failed: () => void }
	| { kind: 'counted' | 'notAllowed'; end: End }
	| { kind: 'over'; end?: End };

/** What this process has decided, by question: n8n answers for those that have gone on, but not at the same moment. */
const decided = new Map<string, End>();
const MAX_DECIDED = 10_000;

/** How a question ended in this process, if it did. */
export const endOf = ({ ask }: Question): End | undefined => decided.get(ask);

/** Ends a question; false when it has ended before. */
export function claim({ ask }: Question, end: End): boolean {
	if (decided.has(ask)) return false;
	keepNewest(decided, ask, end, MAX_DECIDED);
	return true;
}

/** Opens it again: n8n did not let the execution go on. */
export const release = ({ ask }: Question): boolean => decided.delete(ask);

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

/** Decides for a person, '' for somebody who is not known. Throws only when the answer could not be stored. */
export async function decide(
	context: IWebhookFunctions,
	question: Question,
	userid: string,
	answer: GivenAnswer,
	client?: WecomClient,
): Promise<Verdict> {
	const earlier = endOf(question);
	if (earlier) return { kind: 'over', end: earlier };
	const at = Date.now();
	const end = (state: keyof CardTexts): End => ({
		state,
		person: userid,
		at,
		chosen: answer.chosen,
	});
	if (question.allowed && !question.allowed.includes(userid))
		return { kind: 'notAllowed', end: end('notAllowed') };

	const state = stateOf(answer);
	if (question.needed === 1) {
		const final = end(state);
		if (!claim(question, final)) return { kind: 'over', end: endOf(question) };
		const name = await nameIn(client, userid);
		// The one that others are told as well.
		final.person = name;
		const data = dataOf(question, answer, { userid, name, at });
		return { kind: 'decided', end: final, data, failed: () => release(question) };
	}

	const vote: Vote = { userid, at, answer };
	const ends = (all: Vote[]) => outcomeOf(question, all) !== undefined;
	const votes = await addVote(context, CREDENTIALS[question.source], question, vote, ends);
	const outcome = outcomeOf(question, votes);
	if (!outcome) return { kind: 'counted', end: end('counted') };
	const final = end(outcome);
	if (!claim(question, final)) return { kind: 'over', end: endOf(question) };
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
	return { kind: 'decided', end: final, data, failed: () => release(question) };
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
