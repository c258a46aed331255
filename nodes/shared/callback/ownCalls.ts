import { createHash, randomBytes } from 'crypto';
import type { IHttpRequestMethods, IWebhookFunctions } from 'n8n-workflow';

/**
 * Requests of a trigger to its own URL: only a request to a webhook starts an execution. Each carries a secret number that stands for
 * what it brings; nobody else has one.
 */

const HEADER = 'x-wecom-kit-delivery';
/** How long a trigger waits for n8n's answer to its own call; what has arrived by then is watched all the same. */
const TIMEOUT_MS = 10_000;

/** When n8n gets again what it could not store, in milliseconds, each counted from the failure before: after that it is lost. */
export const DELIVER_AGAIN_AFTER_MS: readonly number[] = [
	1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000, 120_000,
];

/** What the calls under way stand for, by the hash of their number. */
const calls = new Map<string, object>();

/** What a request of this node to itself stands for; undefined for all requests from outside. */
export function takeOwnCall(context: IWebhookFunctions): object | undefined {
	const number = context.getHeaderData()[HEADER];
	if (typeof number !== 'string') return undefined;
	const what = calls.get(hashOf(number));
	calls.delete(hashOf(number));
	return what;
}

/** Calls the own URL, first where this process listens (`here`); never throws. It has arrived when `takeOwnCall` was asked for it. */
export async function callSelf(
	context: IWebhookFunctions,
	method: IHttpRequestMethods,
	here: string | undefined,
	what: object,
): Promise<void> {
	const number = randomBytes(32).toString('hex');
	calls.set(hashOf(number), what);
	for (const url of [here, context.getNodeWebhookUrl('default')]) {
		if (!url || !calls.has(hashOf(number))) continue;
		await context.helpers
			.httpRequest({
				method,
				url,
				headers: { [HEADER]: number },
				timeout: TIMEOUT_MS,
				ignoreHttpStatusErrors: true,
				// n8n's own certificate is not for this address.
				skipSslCertificateValidation: url === here,
			})
			.catch(() => {});
	}
	calls.delete(hashOf(number));
}

/** The address at which this process has got a request, past every proxy; undefined where that cannot be known. */
export function addressOf(context: IWebhookFunctions): string | undefined {
	const { socket, originalUrl } = context.getRequestObject() as unknown as {
		socket?: { localAddress?: string; localPort?: number; encrypted?: boolean };
		originalUrl?: string;
	};
	const { localAddress, localPort, encrypted } = socket ?? {};
	if (!localAddress || !localPort || !originalUrl) return undefined;
	const address = localAddress.replace(/^::ffff:/, '');
	const host = address.includes(':') ? `[${address}]` : address;
	const [path] = originalUrl.split('?');
	return `${encrypted ? 'https' : 'http'}://${host}:${localPort}${path}`;
}

const hashOf = (number: string) => createHash('sha256').update(number).digest('hex');
