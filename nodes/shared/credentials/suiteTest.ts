import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { testResult, wrongKey } from './appTest';
import { describeErrcode, type Failure } from '../protocol/errors';
import { apiBase, clean } from '../protocol/settings';
import { suiteIdOf, TICKET_LIFE_MS, ticketOf } from './suiteState';
import { NO_TICKET } from './suiteTokens';
import { askForToken, type HttpRequest } from './tokens';

const APP_PAGE = 'in the WeCom provider console on the page of your app or template';

/** Tests a "WeCom Suite API" credential and names the step of the set-up that is missing. */
export async function wecomSuiteApiTest(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
): Promise<INodeCredentialTestResult> {
	return await testResult(this, credential.data ?? {}, missingStep, firstFailure);
}

/** What can be told without asking WeCom; undefined when the credential is complete. */
function missingStep(credentials: ICredentialDataDecryptedObject): string | undefined {
	const field = (name: string) => clean(credentials[name]);
	const required = [
		['suiteId', 'Suite ID'],
		['suiteSecret', 'Suite Secret'],
		['token', 'Token'],
		['encodingAesKey', 'EncodingAESKey'],
	];
	for (const [name, label] of required)
		if (!field(name)) return `The ${label} is empty. Find it ${APP_PAGE}.`;
	const malformed = wrongKey(field('encodingAesKey'), 'Callback Configuration');
	if (malformed) return malformed;
	if (Boolean(field('providerCorpId')) !== Boolean(field('providerSecret')))
		return 'Provider Corp ID and Provider Secret belong together. Enter both, or leave both empty.';

	const known = ticketOf(credentials);
	if (!known) return `${NO_TICKET.join('. ')}`;
	const age = Date.now() - known.at;
	return age > TICKET_LIFE_MS
		? `The last suite_ticket is from ${new Date(known.at).toISOString()}, and a ticket lives for 30 minutes. Check that the workflow with the WeCom Trigger (source Suite) is published and its URL is the command callback URL, then press Refresh Ticket in the provider console.`
		: undefined;
}

/** The suite's token, for which WeCom also checks the IP, and the provider's where it is configured (docs 90600, 91200). */
async function firstFailure(
	credentials: ICredentialDataDecryptedObject,
	httpRequest: HttpRequest,
): Promise<Failure | undefined> {
	const call = async (path: string, body: Record<string, string>) => {
		const reply = await askForToken(
			apiBase(credentials),
			{ method: 'POST', path, body },
			httpRequest,
		);
		return reply.errcode ? await describeErrcode(reply) : undefined;
	};
	const suite = await call('/cgi-bin/service/get_suite_token', {
		suite_id: suiteIdOf(credentials),
		suite_secret: clean(credentials.suiteSecret),
		suite_ticket: ticketOf(credentials)?.ticket ?? '',
	});
	const corpid = clean(credentials.providerCorpId);
	if (suite || !corpid) return suite;
	return await call('/cgi-bin/service/get_provider_token', {
		corpid,
		provider_secret: clean(credentials.providerSecret),
	});
}
