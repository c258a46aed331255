import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IDataObject,
	IHttpRequestOptions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import {
	describeErrcode,
	describeForeignReply,
	describeUnreachable,
	TokenFailure,
	type Failure,
} from './failures';
import { parseReply } from './reply';
import { apiBase, clean } from './settings';
import { requestToken, type HttpRequest } from './tokens';

/**
 * Tests a "WeCom API" credential: the form of every field, a token request, then real calls, since WeCom checks the caller's
 * IP only there. Every failure is one sentence on what is wrong and one on what to do.
 */
export async function wecomApiTest(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
): Promise<INodeCredentialTestResult> {
	const credentials = credential.data ?? {};
	// n8n offers credential tests this one way to send a request.
	const { request } = this.helpers;
	const httpRequest: HttpRequest = async ({ method, url, qs, timeout }) =>
		(await request({
			method,
			url,
			qs,
			timeout,
			simple: false,
			resolveWithFullResponse: true,
		})) as unknown;

	const wrong = wrongField(credentials);
	if (wrong) return { status: 'Error', message: wrong };
	try {
		const failure = await firstFailure(credentials, httpRequest);
		return failure
			? { status: 'Error', message: `${failure.message}. ${failure.description}` }
			: { status: 'OK', message: 'Connection successful' };
	} catch (error) {
		if (error instanceof TokenFailure)
			return { status: 'Error', message: `${error.message}. ${error.description}` };
		const { message, description } = describeUnreachable(apiBase(credentials), error);
		return { status: 'Error', message: `${message}. ${description}` };
	}
}

/** What can be told without asking WeCom; undefined when every field has its form. */
function wrongField(credentials: ICredentialDataDecryptedObject): string | undefined {
	const field = (name: string) => clean(credentials[name]);
	if (!field('corpId'))
		return 'The Corp ID is empty. Find it in the WeCom admin console under My Company.';
	if (!field('corpSecret'))
		return 'The Secret is empty. Find it in the WeCom admin console on the page of your app.';
	if (field('agentId') && !/^\d+$/.test(field('agentId'))) {
		return 'The Agent ID has other characters than digits. Copy it from the page of your app in the WeCom admin console.';
	}
	if (!/^https?:\/\/[^/]/i.test(apiBase(credentials))) {
		return 'The Base URL is not a web address. Enter it with https://, or leave the default.';
	}
	const { token, key } = { token: field('token'), key: field('encodingAesKey') };
	if (key && key.length !== 43) {
		return `The EncodingAESKey has ${key.length} characters instead of 43. Copy it again from Receive Messages > Set API Receive.`;
	}
	if (key && !/^[A-Za-z0-9+/]+$/.test(key)) {
		return 'The EncodingAESKey has other characters than letters and digits. Copy it again from Receive Messages > Set API Receive.';
	}
	if (Boolean(token) !== Boolean(key)) {
		return `The ${token ? 'EncodingAESKey' : 'Token'} is empty. Receiving needs both Token and EncodingAESKey; for sending alone leave both empty.`;
	}
	return undefined;
}

/** Token, a call every app may make, and the app itself when an Agent ID is given (doc 91039, 92520, 90227). */
async function firstFailure(
	credentials: ICredentialDataDecryptedObject,
	httpRequest: HttpRequest,
): Promise<Failure | undefined> {
	const token = await requestToken(credentials, httpRequest);
	if (token.errcode) return await describeErrcode(token);

	const base = apiBase(credentials);
	const call = async (path: string, qs: IDataObject = {}) => {
		const options: IHttpRequestOptions = {
			method: 'GET',
			url: base + path,
			qs: { ...qs, access_token: token.access_token },
			timeout: 15_000,
		};
		const { body, statusCode } = (await httpRequest(options)) as {
			body: unknown;
			statusCode: number;
		};
		const reply = parseReply(body);
		if (!reply) return describeForeignReply(base, statusCode);
		return reply.errcode ? await describeErrcode(reply) : undefined;
	};
	const agentid = clean(credentials.agentId);
	return (
		(await call('/cgi-bin/get_api_domain_ip')) ??
		(agentid ? await call('/cgi-bin/agent/get', { agentid }) : undefined)
	);
}
