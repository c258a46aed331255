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
} from '../protocol/errors';
import { parseReply } from '../protocol/reply';
import { apiBase, clean } from '../protocol/settings';
import { requestToken, type HttpRequest } from './tokens';

/**
 * Tests a "WeCom API" credential: the form of every field, a token request, then real calls, since WeCom checks the caller's
 * IP only there. Every failure is one sentence on what is wrong and one on what to do.
 */
export async function wecomApiTest(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
): Promise<INodeCredentialTestResult> {
	return await testResult(this, credential.data ?? {}, wrongField, firstFailure);
}

/** Carries out a credential test: first what can be told from the fields, then what WeCom says. */
export async function testResult(
	context: ICredentialTestFunctions,
	credentials: ICredentialDataDecryptedObject,
	wrong: (credentials: ICredentialDataDecryptedObject) => string | undefined,
	failed: typeof firstFailure,
): Promise<INodeCredentialTestResult> {
	// n8n offers credential tests this one way to send a request.
	const { request } = context.helpers;
	const httpRequest: HttpRequest = async ({ method, url, qs, body, headers, timeout }) =>
		(await request({
			method,
			url,
			qs,
			body: body as string | undefined,
			headers,
			timeout,
			simple: false,
			resolveWithFullResponse: true,
		})) as unknown;

	const message = wrong(credentials) ?? wrongBaseUrl(credentials);
	if (message) return { status: 'Error', message };
	try {
		const failure = await failed(credentials, httpRequest);
		return failure
			? { status: 'Error', message: `${failure.message}. ${failure.description}` }
			: { status: 'OK', message: 'Connection successful' };
	} catch (error) {
		const { message: what, description } =
			error instanceof TokenFailure ? error : describeUnreachable(apiBase(credentials), error);
		return { status: 'Error', message: `${what}. ${description}` };
	}
}

function wrongBaseUrl(credentials: ICredentialDataDecryptedObject): string | undefined {
	return /^https?:\/\/[^/]/i.test(apiBase(credentials))
		? undefined
		: 'The Base URL is not a web address. Enter it with https://, or leave the default.';
}

/** What is wrong with an EncodingAESKey; `where` names the page it is on. */
export function wrongKey(key: string, where: string): string | undefined {
	if (key.length !== 43)
		return `The EncodingAESKey has ${key.length} characters instead of 43. Copy it again from ${where}.`;
	return /^[A-Za-z0-9+/]+$/.test(key)
		? undefined
		: `The EncodingAESKey has other characters than letters and digits. Copy it again from ${where}.`;
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
	const { token, key } = { token: field('token'), key: field('encodingAesKey') };
	const malformed = key ? wrongKey(key, 'Receive Messages > Set API Receive') : undefined;
	if (malformed) return malformed;
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
