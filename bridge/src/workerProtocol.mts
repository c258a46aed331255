/** What a worker is asked and what it answers. Plain data: it goes between processes. */
import type { ProblemDetails } from './problems.mts';
import type { Configuration } from './settings.mts';
import type { Part } from './sdk.mts';

export interface PageRequest {
	after: string;
	/** The last seq that is wanted; messages after it are left out. */
	until?: string;
	limit: number;
	/** Report every message before it is decrypted: after a crash, to find the one that did it. */
	careful?: boolean;
	/** Messages at which the library crashed: delivered without content. */
	skip?: string[];
}

export interface MissingKey {
	seq: string;
	version: string;
	reason: 'missing' | 'wrong';
}

export interface PageResult {
	/** The elements of `messages` as JSON, joined by commas. */
	body: string;
	count: number;
	/** The last seq in `body`, else `after`. */
	next: string;
	/** Whether there may be more after `next`. */
	more: boolean;
	missingKey?: MissingKey;
}

/** A refusal of WeCom inside of an answer. */
export interface Refusal {
	refused: { errcode: number; errmsg: string };
}

/** The operations of a worker, with what they take and give. */
export interface Operations {
	start: { takes: Configuration; gives: null };
	page: { takes: PageRequest; gives: PageResult | Refusal };
	/** The first seq after this one, null when there is none. */
	probe: { takes: { after: string }; gives: { seq: string | null } | Refusal };
	part: { takes: { index: string; fileId: string }; gives: Part };
}

export interface Question<Name extends keyof Operations = keyof Operations> {
	name: Name;
	input: Operations[Name]['takes'];
}

export type Answer = { value: unknown } | { problem: ProblemDetails } | { at: string };
