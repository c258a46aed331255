import type {
	IDataObject,
	IWebhookFunctions,
	IWebhookResponseData,
	NodeApiError,
} from 'n8n-workflow';
import { WecomClient } from '../shared/client/client';
import { agentIdOf } from '../shared/companies/companyApp';
import { isCustomized } from '../shared/credentials/suiteState';
import { allowedTarget, readJwtKey, withJwt } from '../shared/login/handover';
import { loginLink, type LoginPage, type Scope } from '../shared/login/links';
import type { PageName } from '../shared/login/page';
import {
	HAS_ANSWERED,
	coverBareAnswers,
	logLogin,
	misconfigured,
	ownershipFile,
	redirectTo,
	showDone,
	showPage,
} from './browser';
import { identify, type Person } from './person';
import { answerAgain, keepAnswer, visitKey } from './repetition';
import { readSettings, type Settings } from './settings';
import { deliverLater, takeLateLogin } from './lateFailure';
import { answerOnceStored } from './onceStored';
import { mayStartForStranger } from './strangers';
import { beginLogin, endLogin, type Binding, type Journey } from './state';

/** The two requests of a login: people open the URL and are sent to WeCom, WeCom sends them back with a code. */

/** What every step of a login knows. */
interface Visit {
	context: IWebhookFunctions;
	client: WecomClient;
	settings: Settings;
	binding: Binding;
}

export async function receiveVisit(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const late = takeLateLogin(context);
	if (late) return { workflowData: [late] };
	const query = context.getQueryData() as IDataObject;
	const text = (name: string) => (typeof query[name] === 'string' ? query[name] : '');
	if (query.file !== undefined) return ownershipFile(context, text('file'));

	const settings = readSettings((name, fallback) => context.getNodeParameter(name, fallback));
	const client = await openClient(context);
	if (isCustomized(client.suiteId) && !client.corpId)
		return misconfigured(context, 'no company is chosen whose customized app people log in to');
	const key = client.derivedKey('login state');
	if (!key) return misconfigured(context, 'the credential has no secret');
	const url = ownUrl(context);
	const {
		cookie: cookies = '',
		'user-agent': agent = '',
		'accept-language': languages = '',
	} = context.getHeaderData();
	const scope = [context.getMode(), context.getWorkflow().id, context.getNode().id].join('|');
	const visit: Visit = { context, client, settings, binding: { key, scope, url, cookies } };

	if (text('state') || text('code'))
		return await returnFromWecom(visit, text('state'), text('code'));
	return await sendToWecom(visit, {
		target: text('return_to'),
		nonce: text('nonce'),
		page: pageFor(settings, agent),
		lang: settings.lang === 'auto' ? (/^\s*zh/i.test(languages) ? 'zh' : 'en') : settings.lang,
	});
}

/** Customized apps log in like self-built ones, with the company's token; a third-party app asks with the suite's. */
async function openClient(context: IWebhookFunctions): Promise<WecomClient> {
	const client = await WecomClient.open(context, 0, 'suite');
	return isCustomized(client.suiteId) ? await WecomClient.open(context) : client;
}

/** The URL of this login as WeCom and browsers know it; while testing, the test URL. */
function ownUrl(context: IWebhookFunctions): URL {
	const production = () => new URL(context.getNodeWebhookUrl('default') as string);
	if (context.getMode() !== 'manual') return production();
	return context.getWebhookResourceUrl
		? new URL(context.getWebhookResourceUrl('default') as string)
		: asTestUrl(production(), context.getRequestObject().originalUrl);
}

/** Older n8n does not tell its test URL: it differs in the segment before the node's path. A proxy may have taken off what is before that. */
export function asTestUrl(production: URL, requested: string): URL {
	const [path] = requested.split('?');
	const ofNode = path.split('/').slice(2).join('/');
	const before = production.pathname.slice(0, -ofNode.length - 1);
	const url = new URL(production);
	url.pathname = before.slice(0, before.lastIndexOf('/')) + path;
	return url;
}

/** The page that fits the browser. WeChat opens the one inside the app, too: people outside the company come with it. */
function pageFor({ loginPage: wanted }: Settings, agent: string): LoginPage {
	if (wanted !== 'auto') return wanted;
	return /wxwork|micromessenger/i.test(agent) ? 'inApp' : 'web';
}

async function sendToWecom(
	{ context, client, settings, binding }: Visit,
	wish: Journey & { lang: string },
): Promise<IWebhookResponseData> {
	const { page, lang, nonce } = wish;
	const target = wish.target ? allowedTarget(wish.target, settings.origins)?.href : '';
	if (target === undefined) return showPage(context, 'badTarget');
	if (!/^[\x21-\x7e]{0,200}$/.test(nonce)) return showPage(context, 'badNonce');

	const thirdParty = client.suiteId !== '' && client.corpId === '';
	let agentId = '';
	if (!thirdParty) {
		try {
			agentId = await agentIdOf(client);
		} catch (error) {
			return misconfigured(context, (error as Error).message);
		}
		// Without an Agent ID WeCom silently gives less than was asked for.
		if (!agentId) return misconfigured(context, 'the credential has no Agent ID');
	}
	const { state, cookies } = beginLogin(binding, { page, target, nonce });
	const redirectUri = binding.url.href;
	const link = loginLink(client, {
		page,
		redirectUri,
		state,
		scope: settings.scope,
		lang,
		agentId,
	});
	return redirectTo(context.getResponseObject(), link, cookies);
}

async function returnFromWecom(
	visit: Visit,
	state: string,
	code: string,
): Promise<IWebhookResponseData> {
	const { context, client, settings, binding } = visit;
	const ended = endLogin(binding, state);
	const again = againUrl(binding.url, ended.journey);
	const response = context.getResponseObject();
	const visited = visitKey(binding.scope, state, code);
	const isRepeated = !ended.ok && ended.reason === 'used' && ended.journey !== undefined;
	if (isRepeated && (await answerAgain(visited, response))) return HAS_ANSWERED;
	if (ended.ok) keepAnswer(visited, response);
	if (ended.clear) response.setHeader('set-cookie', ended.clear);
	if (!ended.ok) {
		const { reason: page, journey } = ended;
		// Anyone can open a link. Only a login that this browser has begun may end in an execution.
		return page === 'expired' && journey
			? fail(visit, { page, reason: 'The login took too long', journey, again })
			: showPage(context, page, { again });
	}
	const { journey } = ended;
	if (!code) {
		const reason = 'The person did not allow the login';
		return fail(visit, { page: 'declined', reason, journey, again });
	}

	let person: Person;
	try {
		person = await identify(client, code, settings);
	} catch (error) {
		return fail(visit, { ...wecomFailure(error as NodeApiError), journey, again });
	}
	if (person.refusal) {
		const { refusal: reason } = person;
		return fail(visit, { page: 'notAllowed', reason, journey, again, person });
	}
	return succeed(visit, person, journey);
}

function succeed(visit: Visit, person: Person, journey: Journey): IWebhookResponseData {
	const { context, client, settings, binding } = visit;
	const response = context.getResponseObject();
	const item = toItem(visit, journey, person);
	const items = [{ json: item }];
	const started: IWebhookResponseData = { workflowData: [items] };
	if (settings.answer === 'workflow') {
		coverBareAnswers(response, 'unanswered');
		return started;
	}
	const target = settings.answer === 'redirect' && (journey.target || settings.redirectUrl);
	let goOn: () => unknown = () => showDone(context, settings.pageText);
	if (target) {
		let url = new URL(target);
		if (settings.signJwt) {
			const key = readJwtKey(client.loginJwtKey);
			if ('lack' in key) return misconfigured(context, `the Login JWT Key ${key.lack}`);
			url = withJwt(key, {
				issuer: binding.url.href,
				subject: person.subject,
				target: url,
				nonce: journey.nonce,
				options: settings.jwtOptions,
				claims: person.claims,
			});
		}
		goOn = () => redirectTo(response, url.href);
	}
	const again = againUrl(binding.url, journey);
	const { subject } = person;
	const answer = (stored: boolean) => {
		if (stored) return goOn();
		logLogin(context, `a login of ${subject} came to nothing: n8n could not store the execution`);
		return showPage(context, 'broken', { again });
	};
	answerOnceStored(response, answer, () => deliverLater(context, items, subject));
	return started;
}

interface Failed {
	page: PageName;
	reason: string;
	description?: string;
	errcode?: number;
	journey: Journey;
	again: string;
	person?: Person;
}

/** Ends a login of this browser that came to nothing: with a page, and with the workflow if it wants to know. */
function fail(visit: Visit, failed: Failed): IWebhookResponseData {
	const { context, settings } = visit;
	const { page, reason, description, errcode, journey, again, person } = failed;
	const starts =
		settings.onFailure === 'workflow' &&
		(person?.kind !== undefined || mayStartForStranger(visit.binding.scope));
	const quiet = settings.onFailure === 'workflow' && !starts;
	logLogin(
		context,
		`a login failed${quiet ? ' and starts no workflow, as too many did' : ''}: ${reason}`,
	);
	const started = starts && {
		workflowData: [
			[
				{
					json: {
						error: reason,
						...toItem(visit, journey, person),
						reason: page,
						...(description ? { description } : {}),
						...(errcode === undefined ? {} : { errcode }),
					},
				},
			],
		],
	};
	if (started && settings.answer === 'workflow') {
		coverBareAnswers(context.getResponseObject(), page, { code: errcode, again });
		return started;
	}
	return { ...showPage(context, page, { code: errcode, again }), ...started };
}

/** Error codes that mean that the code of the login is wrong, used, too old or another app's (docs 91023, 90313). */
const CODE_REFUSED = new Set([40029, 42003, 42022]);

function wecomFailure(
	error: NodeApiError,
): Pick<Failed, 'page' | 'reason' | 'description' | 'errcode'> {
	const errcode = error.context?.errcode as number | undefined;
	const page = errcode !== undefined && CODE_REFUSED.has(errcode) ? 'refused' : 'unavailable';
	return { page, reason: error.message, description: error.description ?? undefined, errcode };
}

/** The person's fields as WeCom names them, and under `wecom` what this node knows about the login. */
function toItem(
	{ client, settings, binding }: Visit,
	journey: Journey,
	person?: Person,
): IDataObject {
	const scope: Scope = journey.page === 'web' ? 'snsapi_base' : settings.scope;
	return {
		...person?.fields,
		wecom: {
			family: 'login',
			...(person ? { kind: person.kind, granted: person.granted } : {}),
			// Only somebody who is logged in has a subject: applications know the person by it.
			...(person && !person.refusal ? { subject: person.subject } : {}),
			loginUrl: binding.url.href,
			page: journey.page,
			scope,
			...(client.suiteId ? { suiteId: client.suiteId } : {}),
			returnTo: journey.target || settings.redirectUrl,
			nonce: journey.nonce,
			receivedAt: new Date().toISOString(),
			...(person?.warning ? { warning: person.warning } : {}),
		},
	};
}

/** The address at which the person can begin anew, with the same target and nonce. */
function againUrl(own: URL, journey?: Journey): string {
	const url = new URL(own);
	if (journey?.target) url.searchParams.set('return_to', journey.target);
	if (journey?.nonce) url.searchParams.set('nonce', journey.nonce);
	return url.href;
}
