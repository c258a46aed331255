import {
	sleep,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type ITriggerFunctions,
	type IWebhookFunctions,
} from 'n8n-workflow';
import { isAnswerKey, CLOSED_KEY, languageOfKey, resumeUrlOf, waitingUrlOf } from './answerKey';
import { handoverKeys, seal, type SealedQuestion } from './seal';

/** From a click on a send-and-wait card, which some trigger of the app or bot receives, to the execution that waits for it. */

type Context = IWebhookFunctions | ITriggerFunctions;

/** A click on any template card, from whichever callback. */
export interface CardClick {
	key: string;
	userid: string;
	/** Of an app's callback: the company that it is about. */
	corpId?: string;
	taskId: string;
	/** The options that were chosen, by question. */
	selected: Record<string, string[]>;
}

/** What the waiting node says to a click. */
export interface Answered extends IDataObject {
	/**
	 * decided: the execution goes on; counted: more answers are needed; over: it had its answer before; refused: the person may
	 * not answer, or the answer makes no sense; failed: it did not get there, and the person can press again.
	 */
	answered: 'decided' | 'counted' | 'over' | 'refused' | 'failed';
	/** The card as it has to look now. */
	card?: IDataObject;
	/** Whose card changes: everybody's or only that of the person who has clicked. */
	to?: 'all' | 'person';
	/** The outcome in a few words, for a card of which only the button's text can change. */
	note?: string;
}

/** WeCom waits five seconds for an answer to a click on a bot's card, and gives up then. */
const FORWARD_WITHIN_MS = 4_000;

const OVER: Record<'en' | 'zh', string> = { en: 'Closed', zh: '已结束' };

/** Whether a click belongs to a send-and-wait card, and so is no event for workflows. */
export const isAnswer = ({ key }: CardClick): boolean => isAnswerKey(key);

/**
 * Hands a click to the execution that waits for it. Never throws: what went wrong is in the log, and what the person is told in
 * the result. Undefined when there is nothing to tell.
 */
export async function forwardAnswer(
	context: Context,
	credentialType: string,
	credentials: ICredentialDataDecryptedObject,
	{ key, userid, corpId, selected }: CardClick,
	timeout = FORWARD_WITHIN_MS,
): Promise<Answered | undefined> {
	if (key === CLOSED_KEY) return undefined;
	const language = languageOfKey(key);
	const failed: Answered = { answered: 'failed' };
	let url: URL | undefined;
	try {
		url = resumeUrlOf(key, waitingUrlOf(context));
	} catch (error) {
		warn(context, `n8n does not tell where its executions wait: ${(error as Error).message}`);
		return failed;
	}
	if (!url) {
		warn(context, "a card's button leads to no waiting execution of this n8n: it was left alone");
		return undefined;
	}
	const [sealKey] = handoverKeys(credentialType, credentials);
	if (!sealKey) {
		warn(context, 'the credential has no secret to vouch for the person with: complete it');
		return failed;
	}
	const handover = { kind: 'click' as const, at: Date.now(), userid, corpId, selected };
	try {
		const { body, statusCode, lost } = await handOver(context, url, sealKey, handover, timeout);
		if (isAnswered(body)) return body;
		// The answer that was quicker changes the cards of all. Words of this click might come after that, and hide it.
		if (lost) return undefined;
		if (HAS_GONE_ON.includes(statusCode))
			return { answered: 'over', to: 'person', note: OVER[language] };
		warn(context, REFUSED[statusCode] ?? `n8n answered with HTTP ${statusCode}`);
		return failed;
	} catch (error) {
		warn(context, unreachable(url, error as Error));
		return failed;
	}
}

interface Response {
	body: unknown;
	statusCode: number;
}

interface HandedOver extends Response {
	/** n8n has let the execution go on with the answer that another process has taken at the same moment. */
	lost: boolean;
}

/**
 * Posts to a waiting execution. Somebody can be quicker than n8n, which says "running" until it has stored that the execution
 * waits; and of two processes that let it go on at the same moment one fails, also while n8n has queued it for a worker. Then it is
 * asked again for a while.
 */
export async function handOver(
	{ helpers }: Pick<Context, 'helpers'>,
	url: URL,
	key: Buffer,
	handover: SealedQuestion,
	timeout = FORWARD_WITHIN_MS,
): Promise<HandedOver> {
	const end = Date.now() + timeout;
	let stopAsking: number | undefined;
	let hasFailed = false;
	for (;;) {
		const response = (await helpers.httpRequest({
			method: 'POST',
			url: url.href,
			body: seal(key, url.search, handover),
			json: true,
			timeout: end - Date.now(),
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		})) as Response;
		const { statusCode } = response;
		const fails = statusCode >= 500;
		// The time runs from the first such answer on: before, the request may have waited for the answers of others.
		stopAsking ??= Date.now() + timeout / 2;
		const mayChange = fails || (statusCode === RUNNING && !hasFailed);
		if (!mayChange || Date.now() + ASK_AGAIN_MS > Math.min(stopAsking, end - LEAST_MS))
			return { ...response, lost: hasFailed && HAS_GONE_ON.includes(statusCode) };
		hasFailed ||= fails;
		await sleep(ASK_AGAIN_MS);
	}
}

/** The status with which n8n says that the execution runs: it does not wait yet, or has gone on. */
const RUNNING = 409;
const ASK_AGAIN_MS = 300;
/** With less time left than this nothing is handed over any more: n8n might take the answer without being heard. */
const LEAST_MS = 1_000;
/** The statuses of n8n's own answers for an execution that has gone on, has ended, or was deleted. */
const HAS_GONE_ON = [200, 404, RUNNING, 410];

const REFUSED: Record<number, string> = {
	401: 'n8n does not know the signature of the resume URL: the card comes from another n8n, or its encryption key was changed',
	403: "the waiting node does not take the person's name from this trigger: use a credential with the secret of the same app or bot in both nodes",
};

function unreachable({ origin, hostname }: URL, { message }: Error): string {
	return `n8n cannot be reached from within at ${origin}, where its executions wait (${message}): check N8N_WEBHOOK_URL (older n8n: WEBHOOK_URL), and with N8N_SSRF_PROTECTION_ENABLED allow ${hostname} in N8N_SSRF_ALLOWED_HOSTNAMES or its address in N8N_SSRF_ALLOWED_IP_RANGES`;
}

const isAnswered = (body: unknown): body is Answered =>
	typeof body === 'object' && body !== null && 'answered' in body;

function warn(context: Context, what: string): void {
	context.logger.warn(`An answer on a send-and-wait card was not handed over: ${what}`, {
		workflowId: context.getWorkflow().id,
		nodeName: context.getNode().name,
	});
}
