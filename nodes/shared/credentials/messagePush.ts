import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { testResult } from './appTest';
import { describeErrcode, type Failure } from '../protocol/errors';
import { apiBase, clean } from '../protocol/settings';
import { askForToken, type HttpRequest } from './tokens';

/** Message push into a group: a key in the URL stands in for a token (doc 99110). */

export const WEBHOOK_CREDENTIAL = 'wecomWebhookApi';
export const WEBHOOK_SEND = '/cgi-bin/webhook/send';
export const WEBHOOK_UPLOAD = '/cgi-bin/webhook/upload_media';

/** The key as entered or from a pasted webhook URL; '' when there is none. */
export function webhookKey(credentials: ICredentialDataDecryptedObject): string {
	const given = clean(credentials.authKey);
	return given.includes('/') ? (/[?&]key=([^&#]+)/.exec(given)?.[1] ?? '') : given;
}

export async function wecomWebhookApiTest(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
): Promise<INodeCredentialTestResult> {
	return await testResult(this, credential.data ?? {}, wrongKey, refusedKey);
}

const WHERE = 'Copy it again in WeCom from the settings of the group under Message Push.';

function wrongKey(credentials: ICredentialDataDecryptedObject): string | undefined {
	const given = clean(credentials.authKey);
	if (!given) return `The webhook URL is empty. ${WHERE}`;
	if (given.includes('/') && !given.includes(`${WEBHOOK_SEND}?`))
		return `The URL is not that of a message push: it holds ${WEBHOOK_SEND}?key=... ${WHERE}`;
	return /^[\w-]+$/.test(webhookKey(credentials))
		? undefined
		: `The key has other characters than letters, digits and hyphens. ${WHERE}`;
}

/**
 * An upload without a file puts nothing into the group: a wrong key is answered with 93000, a good one with a complaint about
 * the missing file. Complaints of any other kind (removed, disabled, too many calls) are shown.
 */
async function refusedKey(
	credentials: ICredentialDataDecryptedObject,
	httpRequest: HttpRequest,
): Promise<Failure | undefined> {
	const qs = { key: webhookKey(credentials), type: 'file' };
	const request = { method: 'POST', path: WEBHOOK_UPLOAD, qs } as const;
	const reply = await askForToken(apiBase(credentials), request, httpRequest);
	if (!reply.errcode) return undefined;
	const failure = await describeErrcode(reply);
	return failure.class === 'param' ? undefined : failure;
}
