import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import {
	Bridge,
	BridgeFailure,
	bridgeHeaders,
	wrongBridgeField,
	type BridgeResponse,
} from './bridge';

const TIMEOUT_MS = 45_000;
const failed = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });

/** Tests the credential of the bridge: the form of the fields, then how the bridge and what is behind it are. */
export async function wecomChatArchiveApiTest(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const data = credential.data ?? {};
	const wrong = wrongBridgeField(data);
	if (wrong) return failed(wrong);
	// n8n offers credential tests this one way to send a request.
	const { request } = this.helpers;
	const bridge = new Bridge(
		data,
		async ({ method, url, qs }) =>
			(await request({
				method,
				url,
				qs,
				headers: bridgeHeaders(data),
				encoding: null,
				timeout: TIMEOUT_MS,
				simple: false,
				resolveWithFullResponse: true,
			})) as BridgeResponse,
	);
	try {
		const { state, message, todo } = await bridge.health();
		return state === 'ok'
			? { status: 'OK', message: 'The bridge reads the archive' }
			: failed(`${message} ${todo}`);
	} catch (error) {
		const { message, description } = error as BridgeFailure;
		return failed(`${message}. ${description}`);
	}
}
