import { createHmac } from 'crypto';
import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import { signatureMatches } from '../shared/callback/crypto';
import type { WecomClient } from '../shared/client/client';
import { agentIdOf } from '../shared/companies/companyApp';
import { isCustomized } from '../shared/credentials/suiteState';
import { exchangeCode } from '../shared/login/identity';
import { loginLink } from '../shared/login/links';
import type { PageMessage } from './page';
import type { Question } from './question';

/** Who the person on the page is, from WeCom's login (docs 91022, 91023): the page opens only after it. */

export type Who =
	/** `proof` goes into the page and comes back with the answer. */
	{ userid: string; proof?: string } | { redirect: string } | { failed: PageMessage };

const PROOF_MS = 60 * 60_000;
/** Where n8n looks for what makes a link valid. */
const SIGNATURE = 'signature';

export async function whoIs(
	context: IWebhookFunctions,
	question: Question,
	query: IDataObject,
	body: IDataObject,
	client: WecomClient,
): Promise<Who> {
	const key = client.derivedKey('answers on the page');
	if (!key) return { failed: 'broken' };
	if (context.getRequestObject().method === 'POST') {
		const userid = userOf(key, question, String(body.proof ?? ''));
		return userid ? { userid, proof: String(body.proof) } : { failed: 'loginOver' };
	}
	const code = String(query.code ?? '');
	if (!code) return { redirect: await loginOf(context, question, client) };
	try {
		const asker = loginClient(client);
		const { userid, corpid } = await exchangeCode(asker, code);
		const isForeign = asker !== client && corpid !== client.corpId;
		if (!userid || isForeign) return { failed: 'notAllowed' };
		return { userid: String(userid), proof: proofOf(key, question, String(userid)) };
	} catch (error) {
		// A page that is opened again brings its code again, which WeCom takes once.
		context.logger.warn(
			`WeCom Send and Wait could not identify a person: ${(error as Error).message}`,
		);
		return { failed: 'loginOver' };
	}
}

/** A third-party app logs people of all its companies in by itself (docs 91120, 91121), a customized one as a self-built app does. */
const loginClient = (client: WecomClient): WecomClient =>
	client.suiteId && !isCustomized(client.suiteId) ? client.actingAs({ kind: 'suite' }) : client;

/**
 * Sends the person to WeCom's login and back. What that adds to the address would break the signature of the link, so the way
 * back uses n8n's token of the execution instead.
 */
async function loginOf(
	context: IWebhookFunctions,
	{ ask: state }: Question,
	client: WecomClient,
): Promise<string> {
	const back = new URL(String(context.evaluateExpression('{{ $execution.resumeUrl }}', 0)));
	const token = back.searchParams.get(SIGNATURE);
	const { id } = context.getNode();
	if (token) back.searchParams.set(SIGNATURE, `${token}/${id}`);
	else back.pathname += `/${id}`;
	const asker = loginClient(client);
	return loginLink(asker, {
		page: 'inApp',
		redirectUri: back.href,
		state,
		// A third-party app has none here (doc 91120).
		...(asker === client && { agentId: await agentIdOf(client) }),
	});
}

/** Says for an hour who the person is, for this question only. */
function proofOf(key: Buffer, question: Question, userid: string): string {
	const text = JSON.stringify([userid, Date.now() + PROOF_MS]);
	return `${Buffer.from(text).toString('base64url')}.${macOf(key, question, text)}`;
}

/** '' for a proof that is not ours or too old. */
function userOf(key: Buffer, question: Question, proof: string): string {
	const [encoded, mac] = proof.split('.');
	const text = Buffer.from(encoded, 'base64url').toString('utf8');
	if (!signatureMatches(macOf(key, question, text), mac)) return '';
	const [userid, until] = JSON.parse(text) as [string, number];
	return Date.now() < until ? userid : '';
}

const macOf = (key: Buffer, { ask }: Question, text: string) =>
	createHmac('sha256', key).update(`${ask}\n${text}`).digest('base64url');
