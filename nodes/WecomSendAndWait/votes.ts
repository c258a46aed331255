import { sleep, type ICredentialDataDecryptedObject, type IWebhookFunctions } from 'n8n-workflow';
import { updateStored } from '../shared/companies/updates';
import { parsed } from '../shared/credentials/suiteState';
import type { StoredFields } from '../shared/credentials/fields';
import type { GivenAnswer, Question } from './question';

/**
 * Answers of several people to one question, while others are awaited. An execution that waits cannot be changed, and n8n's
 * static data loses what overlaps: they are kept in the credential, the one store that every process of n8n sees.
 */

type Fields = ICredentialDataDecryptedObject;

export interface Vote {
	userid: string;
	/** Milliseconds since the epoch. */
	at: number;
	answer: GivenAnswer;
}

interface Kept {
	/** When the newest answer was given: milliseconds since the epoch. */
	at: number;
	votes: Vote[];
}

export const VOTES_FIELD = 'answersUnderWay';
/** The questions that were answered last; the oldest give way. */
const MAX_QUESTIONS = 200;
const KEEP_MS = 90 * 24 * 3_600_000;

/**
 * Looks at what is stored until it holds: n8n writes credentials without a lock, so of two answers that reach two processes at the
 * same moment one overwrites the other. Milliseconds between the looks, longer than such a write takes.
 */
const LOOK_AGAIN_AFTER_MS = [250, 600];
/** The pauses differ by chance by up to this much, so that two processes do not write in step again and again. */
const JITTER_MS = 100;

/** Stores an answer, in place of an earlier one of the same person, and gives all there are; at once when they are `enough`. */
export async function addVote(
	context: IWebhookFunctions,
	credentialType: string,
	question: Question,
	vote: Vote,
	enough: (votes: Vote[]) => boolean,
): Promise<Vote[]> {
	let votes = await storeVote(context, credentialType, question, vote);
	for (const pause of LOOK_AGAIN_AFTER_MS) {
		if (enough(votes)) break;
		await sleep(pause + Math.random() * JITTER_MS);
		votes = await storeVote(context, credentialType, question, vote);
	}
	return votes;
}

/** Stores an answer unless it is stored, and gives all there are. */
export async function storeVote(
	context: IWebhookFunctions,
	credentialType: string,
	{ ask }: Question,
	vote: Vote,
): Promise<Vote[]> {
	const change = (fields: Fields) => withVote(fields, ask, vote);
	return votesIn(await updateStored(context, credentialType, change), ask);
}

/** The answers to a question so far. */
export const votesIn = (fields: Fields, ask: string): Vote[] =>
	parsed<Kept>(fields[VOTES_FIELD])[ask]?.votes ?? [];

/** The fields that store an answer; undefined when they do, or a newer one of the person is stored. */
export function withVote(fields: Fields, ask: string, vote: Vote): StoredFields | undefined {
	const all = parsed<Kept>(fields[VOTES_FIELD]);
	const votes = all[ask]?.votes ?? [];
	const isOwn = ({ userid }: Vote) => userid.toLowerCase() === vote.userid.toLowerCase();
	const known = votes.find(isOwn);
	if (known && known.at >= vote.at) return undefined;
	const others = Object.entries(all)
		.filter(([other, { at }]) => other !== ask && at > vote.at - KEEP_MS)
		.sort(([, a], [, b]) => b.at - a.at)
		.slice(0, MAX_QUESTIONS - 1);
	const mine: Kept = {
		at: vote.at,
		votes: [...votes.filter((one) => !isOwn(one)), vote],
	};
	return { [VOTES_FIELD]: JSON.stringify(Object.fromEntries([[ask, mine], ...others])) };
}
