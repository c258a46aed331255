/** Callbacks to a suite's command URL: what they say, and whether the answer was right and in time. */
import type { CallbackTarget, Pusher, PushOptions, PushResult } from '../pusher.cts';
import { now, type State } from '../state.cts';
import type { Suite } from './state.cts';
import type { XmlFields } from '../xml.cts';

/** Commands that must be answered within one second (docs 100964, 94758); all others have five. */
const QUICK = new Set(['create_auth', 'change_auth', 'cancel_auth', 'reset_permanent_code']);
const QUICK_MS = 1000;
const OTHERS_MS = 5000;

/**
 * What the platform makes of an answer. `answer` is one with status 200 that is not exactly "success": it is taken for an error
 * message (docs 90613, 97172).
 */
export type Verdict = 'success' | 'answer' | 'status' | 'timeout' | 'failed';

export interface SuitePush extends PushResult {
	/** Whether the answer was right and in time. */
	ok: boolean;
	verdict: Verdict;
	late: boolean;
	/** How long the last attempt took, in milliseconds. */
	ms: number;
	infoType: string;
	suiteId: string;
	corpid?: string;
	at: number;
}

/** Where commands go. ToUserName and receiveid are the suite's ID, AgentID is empty (doc 90968). */
export const suiteTarget = ({ suiteId, callback }: Suite): CallbackTarget => ({
	...callback,
	receiveid: suiteId,
});

/** Delivers a command, whose InfoType is among the `fields`, and judges and records its answer. */
export async function pushSuite(
	{ state, pusher }: { state: State; pusher: Pusher },
	{ suite, corpid }: { suite: Suite; corpid?: string },
	fields: XmlFields,
	options?: PushOptions,
): Promise<SuitePush> {
	const { suiteId } = suite;
	const at = now(state);
	const { InfoType, ...rest } = fields;
	const infoType = String(InfoType);
	const payload = { SuiteId: suiteId, InfoType, TimeStamp: Math.floor(at / 1000), ...rest };
	const { pushes } = state.providerSide;
	const result = await pusher.push(suiteTarget(suite), payload, options);
	const push = { ...result, ...judge(infoType, result), infoType, suiteId, corpid, at };
	pushes.push(push);
	return push;
}

function judge(infoType: string, { attempts }: PushResult) {
	const limit = QUICK.has(infoType) ? QUICK_MS : OTHERS_MS;
	const { status, body, error, ms } = attempts.at(-1)!;
	// An attempt that was cut at the limit may be measured as exactly the limit.
	const late = attempts.some(
		(one) => one.ms > limit || (one.ms >= limit && one.error?.startsWith('timed out')),
	);
	const verdict = verdictOf(status, body, error);
	return { ok: verdict === 'success' && !late, verdict, late, ms };
}

function verdictOf(status: number | undefined, body: string, error?: string): Verdict {
	if (error?.startsWith('timed out')) return 'timeout';
	if (error !== undefined || status === undefined) return 'failed';
	if (status !== 200) return 'status';
	return body === 'success' ? 'success' : 'answer';
}
