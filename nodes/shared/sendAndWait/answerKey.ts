import type { ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';

/**
 * What a button of a send-and-wait card carries: the path and query of the URL that resumes the execution, signed by n8n. The
 * signature covers path and query only, so the trigger that receives the click puts its own origin before them.
 */

const PREFIX = 'hitl:';
/** The key of the button on a card that has had its answer: a click on it means nothing. */
export const CLOSED_KEY = `${PREFIX}closed`;
/** WeCom's limit (doc 90236). */
const MAX_KEY_BYTES = 1_024;

/** The key for a signed resume URL. Undefined when WeCom would not take it, which takes an unusually long path of n8n. */
export function answerKey(signedUrl: string): string | undefined {
	const { pathname, search } = new URL(signedUrl);
	const key = `${PREFIX}${pathname}${search}`;
	return Buffer.byteLength(key) <= MAX_KEY_BYTES ? key : undefined;
}

export const isAnswerKey = (key: unknown): key is string =>
	typeof key === 'string' && key.startsWith(PREFIX);

/**
 * Where a click goes: on n8n's own origin and below its path for waiting executions. Undefined for anything else, whoever has
 * made that key.
 */
export function resumeUrlOf(key: string, waitingUrl: string): URL | undefined {
	const path = key.slice(PREFIX.length);
	if (!path.startsWith('/') || path.startsWith('//')) return undefined;
	const base = new URL(waitingUrl);
	let url: URL;
	try {
		url = new URL(path, base.origin);
	} catch {
		return undefined;
	}
	const below = `${base.pathname.replace(/\/+$/, '')}/`;
	const isWaiting = url.origin === base.origin && url.pathname.startsWith(below);
	const [execution, node, ...more] = url.pathname.slice(below.length).split('/');
	return isWaiting && execution && node && more.length === 0 ? url : undefined;
}

/** The language of the card, for what is said when its node cannot be asked any more. */
export const languageOfKey = (key: string): 'zh' | 'en' =>
	/[?&]lang=zh(&|$)/.test(key) ? 'zh' : 'en';

/**
 * n8n's URL for waiting executions, without an execution. A trigger cannot ask for it by an expression, since n8n evaluates none
 * outside of executions; every version has it at hand under this name.
 */
export function waitingUrlOf(context: IWebhookFunctions | ITriggerFunctions): string {
	const { additionalData } = context as unknown as {
		additionalData?: { webhookWaitingBaseUrl?: string };
	};
	return (
		additionalData?.webhookWaitingBaseUrl ??
		`${context.getInstanceBaseUrl().replace(/\/+$/, '')}/webhook-waiting`
	);
}
