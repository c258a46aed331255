/** A service provider's n8n: from an empty credential to messages for companies, through restarts, crashes and edits. */
import { startSimulator, type Simulator } from '../../simulator/server.cts';
import {
	DEMO_PROVIDER,
	DEMO_SUITE,
	DEMO_TEMPLATE,
	PROVIDER_SEED,
} from '../../simulator/suite/data.cts';
import type { Company, Suite } from '../../simulator/suite/state.cts';
import { browserOrSkip, screenshot, withEditor } from '../support/browser.cts';
import {
	credentialMessage,
	fillCredentialField,
	openCredential,
	openNode,
	openWorkflow,
	saveCredential,
} from '../support/editor.cts';
import { http } from '../support/http.cts';
import { lockDatabase } from '../support/lock-database.cts';
import { since } from '../support/n8n-release.cts';
import type { RunningN8n } from '../support/n8n.cts';
import {
	N8nRest,
	type Credential,
	type Workflow,
	type WorkflowNode,
} from '../support/n8n-rest.cts';
import { borrowN8n } from '../support/shared-n8n.cts';
import { storedCompanies, type StoredCompany } from '../support/stored-companies.cts';
import {
	chain,
	itemsOf,
	manual,
	publishTrigger,
	saveInWecom,
	START_TIMEOUT,
	TRIGGER,
	WECOM,
} from './support.cts';
import { shutDoor, sleep, until } from '../support/wait.cts';

jest.setTimeout(180_000);

/** Older n8n cannot store a token without undoing expressions and edits: there each process keeps its own. */
const storesTokens = since('2.35');

let sim: Simulator;
let n8n: RunningN8n;
let rest: N8nRest;
beforeAll(async () => {
	sim = await startSimulator({ seed: PROVIDER_SEED });
	n8n = await borrowN8n();
	rest = await N8nRest.connect(n8n);
}, START_TIMEOUT);
afterAll(async () => {
	await n8n?.stop();
	await sim?.stop();
}, START_TIMEOUT);

const uses = ({ id, name }: Credential) => ({ wecomSuiteApi: { id, name } });
const suiteData = (suite: Suite) => ({
	suiteId: suite.suiteId,
	suiteSecret: suite.suiteSecret,
	token: suite.callback.token,
	encodingAesKey: suite.callback.encodingAesKey,
	providerCorpId: DEMO_PROVIDER.corpid,
	providerSecret: DEMO_PROVIDER.secret,
	baseUrl: sim.url,
});
const sendTo = (credential: Credential, company: string, content: string): WorkflowNode => ({
	name: 'Send',
	type: WECOM,
	credentials: uses(credential),
	parameters: {
		authentication: 'suite',
		resource: 'message',
		operation: 'send',
		actAsCompany: { __rl: true, mode: 'id', value: company },
		touser: ['zhangsan'],
		msgtype: 'text',
		content,
	},
});

interface Provider {
	suite: Suite;
	credential: Credential;
	workflow: Workflow;
	stored: () => Promise<Record<string, string>>;
	companies: () => Promise<Record<string, StoredCompany>>;
}

let serial = 0;
/** A credential with nothing but its settings, and a workflow that greets every company that authorizes the suite. */
async function newProvider(
	template: Suite,
	events = ['create_auth', 'reset_permanent_code'],
): Promise<Provider> {
	const number = ++serial;
	const suite = { ...template, suiteSecret: `e2e-suite-secret-${number}` };
	sim.control.setSuite(suite.suiteId, { suiteSecret: suite.suiteSecret });
	const credential = await rest.createCredential(
		`Suite ${number}`,
		'wecomSuiteApi',
		suiteData(suite),
	);
	const path = `suite-${number}`;
	const nodes: WorkflowNode[] = [
		{
			name: 'WeCom Trigger',
			type: TRIGGER,
			credentials: uses(credential),
			parameters: { source: 'suite', path, events },
		},
		sendTo(credential, '={{ $json.AuthCorpId }}', '=Welcome, {{ $json.wecom.company.name }}'),
	];
	const workflow = await rest.createWorkflow({
		name: path,
		nodes,
		connections: chain('WeCom Trigger', 'Send'),
	});
	await rest.activate(workflow.id);
	await rest.waitForWebhook('POST', path);
	const url = `${n8n.url}/webhook/${path}`;
	const { suiteId } = suite;
	await saveInWecom(
		async () => await sim.control.saveSuiteCallback(suiteId, { url, dataUrl: url }),
	);
	const stored = async () =>
		(await rest.rawCredential(credential.id)).data as Record<string, string>;
	const companies = async () => storedCompanies((await stored()).companies);
	return { suite, credential, workflow, stored, companies };
}

beforeEach(() => {
	for (const { suiteId } of [DEMO_SUITE, DEMO_TEMPLATE]) sim.control.stopTickets(suiteId);
	sim.control.clearFaults();
});
const newCompany = (): Company => sim.control.addCompanies(1)[0];
const ticket = async ({ suite }: Provider) =>
	expect(await sim.control.pushTicket(suite.suiteId)).toMatchObject({ ok: true });
const authorize = async ({ suite }: Provider, { corpid }: Company) => {
	// Many at once on a small machine: that each alone is in time is tested elsewhere.
	const pushed = await sim.control.authorize(suite.suiteId, corpid);
	expect(pushed).toMatchObject({ verdict: 'success' });
};
const messagesTo = ({ corpid }: Company) =>
	sim.messages.filter((message) => message.corpid === corpid);
const fetched = ({ suite }: Provider, { corpid }: Company) =>
	sim.control.tokenFetches().companies[`${suite.suiteId}/${corpid}`];
const patience = { within: 20_000, every: 100 };
/** Tickets come until something holds: what a process may have under way is left to it for some seconds. */
const withTickets = async (provider: Provider, what: string, condition: () => unknown) =>
	await until(
		what,
		async () => {
			await ticket(provider);
			return await condition();
		},
		{ within: 30_000, every: 500 },
	);

/** A workflow that is started by hand. */
async function manualWorkflow(...nodes: WorkflowNode[]): Promise<string> {
	const all = [manual, ...nodes];
	const workflow = {
		name: 'By hand',
		nodes: all,
		connections: chain(...all.map(({ name }) => name)),
	};
	return (await rest.createWorkflow(workflow)).id;
}

describe.each([
	['third-party app', DEMO_SUITE],
	['customized app', DEMO_TEMPLATE],
])('a %s', (_name, template) => {
	it('goes from an empty credential to a greeting, and a restart needs no new token', async () => {
		const provider = await newProvider(template);
		const company = newCompany();
		expect((await rest.testCredential(provider.credential.id)).message).toMatch(
			/^No suite_ticket received yet/,
		);
		await ticket(provider);
		expect(await rest.testCredential(provider.credential.id)).toMatchObject({ status: 'OK' });
		// WeCom waits for its answer no longer than a second: the exchange comes after it.
		const answered = shutDoor();
		const path = '/cgi-bin/service/v2/get_permanent_code';
		sim.control.inject({ path, after: answered.opened });
		await authorize(provider, company);
		expect(await provider.companies()).toEqual({});
		answered.open();
		const [greeting] = await rest.waitForExecutions(provider.workflow.id, 1);
		expect(greeting.error).toBeUndefined();
		expect(itemsOf(greeting, 'WeCom Trigger')[0]).toMatchObject({
			AuthCorpId: company.corpid,
			wecom: {
				exchange: 'done',
				company: { name: company.name, agentId: String(company.agentid) },
			},
		});
		expect(messagesTo(company)).toHaveLength(1);

		const { permanentCode } = (await provider.companies())[company.corpid];
		const { companyTokens, suiteAccessToken, suiteTicket } = await provider.stored();
		const secrets = [permanentCode, suiteTicket, provider.suite.suiteSecret];
		if (storesTokens) {
			secrets.push(JSON.parse(companyTokens)[company.corpid].token);
			if (template === DEMO_SUITE) secrets.push(suiteAccessToken);
		}
		const shown = await rest.getCredential(provider.credential.id);
		for (const text of [JSON.stringify(greeting), JSON.stringify(shown), n8n.logs()])
			for (const secret of secrets) expect(text).not.toContain(secret);

		await n8n.restart();
		await rest.login();
		await rest.execute(
			await manualWorkflow(sendTo(provider.credential, company.corpid, 'again')),
			'Start',
		);
		expect(messagesTo(company)).toHaveLength(2);
		expect(fetched(provider, company)).toBe(storesTokens ? 1 : 2);
	});
});

it('two suites with overlapping ticket pushes keep each their own', async () => {
	const [one, other] = [await newProvider(DEMO_SUITE), await newProvider(DEMO_TEMPLATE)];
	const companies = [newCompany(), newCompany()];
	for (const { suite } of [one, other]) await sim.control.startTickets(suite.suiteId, 500, {});
	await Promise.all([authorize(one, companies[0]), authorize(other, companies[1])]);
	await until(
		'both were greeted',
		() => companies.every((company) => messagesTo(company).length === 1),
		patience,
	);
	for (const provider of [one, other]) {
		sim.control.stopTickets(provider.suite.suiteId);
		await sleep(300);
		const last = await sim.control.pushTicket(provider.suite.suiteId);
		expect(await provider.stored()).toMatchObject({
			suiteTicket: last.ticket,
			suiteTicketFor: provider.suite.suiteId,
		});
	}
	expect(Object.keys(await one.companies())).toEqual([companies[0].corpid]);
	expect(Object.keys(await other.companies())).toEqual([companies[1].corpid]);
});

it('30 companies authorize while tickets are pushed, and in parallel need one token each', async () => {
	const provider = await newProvider(DEMO_SUITE);
	await ticket(provider);
	await sim.control.startTickets(provider.suite.suiteId, 1_000, {});
	const companies = sim.control.addCompanies(30);
	// One after the other, but each is answered before its exchange, so those overlap.
	for (const company of companies) await authorize(provider, company);
	await rest.waitForExecutions(provider.workflow.id, 30, 120_000);
	sim.control.stopTickets(provider.suite.suiteId);
	const stored = await provider.companies();
	const real = sim.control.authorizations(provider.suite.suiteId);
	for (const { corpid } of companies)
		expect(stored[corpid]?.permanentCode).toBe(
			real.find((authorization) => authorization.corpid === corpid)?.permanentCode,
		);

	const list = companies.map(({ corpid }) => corpid);
	const nodes: WorkflowNode[] = [
		{
			name: 'Companies',
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			parameters: { mode: 'raw', jsonOutput: JSON.stringify({ corpid: list }) },
		},
		{
			name: 'Split',
			type: 'n8n-nodes-base.splitOut',
			typeVersion: 1,
			parameters: { fieldToSplitOut: 'corpid' },
		},
		sendTo(provider.credential, '={{ $json.corpid }}', 'all'),
	];
	(nodes[2].parameters as Record<string, unknown>).options = { concurrency: 20 };
	const id = await manualWorkflow(...nodes);
	const executions = await Promise.all([rest.execute(id, 'Start'), rest.execute(id, 'Start')]);
	for (const execution of executions) {
		expect(execution.error).toBeUndefined();
		expect(itemsOf(execution, 'Send')).toHaveLength(30);
	}
	for (const company of companies) {
		expect(messagesTo(company)).toHaveLength(3);
		expect(fetched(provider, company)).toBe(1);
	}
});

describe('a permanent code, issued once,', () => {
	it('survives a crash right after the exchange, and the workflow still gets its event', async () => {
		const provider = await newProvider(DEMO_TEMPLATE);
		const company = newCompany();
		await ticket(provider);
		sim.control.inject({ path: '/cgi-bin/service/v2/get_auth_info', times: 1, delayMs: 20_000 });
		await authorize(provider, company);
		const asked = () =>
			sim.requests.filter(({ path }) => path === '/cgi-bin/service/v2/get_permanent_code').length;
		const before = asked();
		await until(
			'the code was exchanged',
			async () => (await provider.companies())[company.corpid],
			patience,
		);
		await n8n.kill();
		sim.control.clearFaults();
		await n8n.start();
		await rest.login();
		await rest.waitForWebhook('POST', `suite-${serial}`);
		const { permanentCode } = (await provider.companies())[company.corpid];
		const real = sim.control
			.authorizations(provider.suite.suiteId)
			.find(({ corpid }) => corpid === company.corpid);
		expect(permanentCode).toBe(real?.permanentCode);

		const greeted = () => messagesTo(company).length === 1;
		await withTickets(provider, 'the company was greeted', greeted);
		const [event] = await rest.waitForExecutions(provider.workflow.id, 1);
		expect(itemsOf(event, 'WeCom Trigger')[0]).toMatchObject({
			AuthCorpId: company.corpid,
			wecom: { exchange: 'done', retried: true },
		});
		expect(asked() - before).toBeLessThanOrEqual(1);
		const nothingPending = async () => (await provider.stored()).pendingAuthCodes === '';
		await withTickets(provider, 'the code was let go of', nothingPending);
		expect(messagesTo(company)).toHaveLength(1);
	});

	it('survives a database that is locked for 20 seconds around the exchange, and a crash after that', async () => {
		const provider = await newProvider(DEMO_SUITE);
		const [earlier, company] = [newCompany(), newCompany()];
		await ticket(provider);
		// With it the suite has its token, which could not be stored later.
		await authorize(provider, earlier);
		await until(
			'one company is stored',
			async () => (await provider.companies())[earlier.corpid],
			patience,
		);
		await rest.waitForExecutions(provider.workflow.id, 1);
		const path = '/cgi-bin/service/v2/get_permanent_code';
		sim.control.inject({ path, times: 1, delayMs: 2_000 });
		const asked = () => sim.requests.filter((request) => request.path === path).length;
		const before = asked();
		await authorize(provider, company);
		const unlock = await lockDatabase(n8n);
		try {
			await until('the code is exchanged', () => asked() > before);
			await sleep(20_000);
			expect(Object.keys(await provider.companies())).toEqual([earlier.corpid]);
		} finally {
			await unlock();
		}
		await until(
			'the company is stored',
			async () => (await provider.companies())[company.corpid],
			patience,
		);
		await n8n.kill();
		await n8n.start();
		await rest.login();
		const { permanentCode } = (await provider.companies())[company.corpid];
		const real = sim.control
			.authorizations(provider.suite.suiteId)
			.find(({ corpid }) => corpid === company.corpid);
		expect(permanentCode).toBe(real?.permanentCode);
		expect(asked() - before).toBe(1);
	});

	it('is fetched after a crash between the answer and the exchange', async () => {
		const provider = await newProvider(DEMO_SUITE);
		const company = newCompany();
		sim.control.inject({ path: '/cgi-bin/service/get_suite_token', times: 9, delayMs: 20_000 });
		await ticket(provider);
		await authorize(provider, company);
		await n8n.kill();
		sim.control.clearFaults();
		await n8n.start();
		await rest.login();
		await rest.waitForWebhook('POST', `suite-${serial}`);
		expect(await provider.companies()).toEqual({});
		const greeted = () => messagesTo(company).length === 1;
		await withTickets(provider, 'the company was greeted', greeted);
		expect(Object.keys(await provider.companies())).toEqual([company.corpid]);
	});
});

it('messages of a company and every other command start the workflow, commands answered with success', async () => {
	const provider = await newProvider(DEMO_SUITE, ['*']);
	const { suiteId } = provider.suite;
	const company = newCompany();
	await ticket(provider);
	await authorize(provider, company);
	await rest.waitForExecutions(provider.workflow.id, 1);
	expect(await sim.control.pushData(suiteId, company.corpid, { kind: 'text' })).toMatchObject({
		ok: true,
	});
	const change = { InfoType: 'change_contact', ChangeType: 'delete_user', UserID: 'lisi' };
	const pushes = [
		await sim.control.pushSuite(suiteId, { ...change, AuthCorpId: company.corpid } as never),
		await sim.control.changeAuth(suiteId, company.corpid, {}),
		await sim.control.cancelAuth(suiteId, company.corpid),
	];
	for (const push of pushes) expect(push).toMatchObject({ verdict: 'success' });
	expect(pushes.filter(({ late }) => late).length).toBeLessThanOrEqual(1);
	const executions = await rest.waitForExecutions(provider.workflow.id, 5);
	const kinds = executions.map((execution) => {
		const { wecom } = itemsOf(execution, 'WeCom Trigger')[0] as { wecom: { kind: string } };
		return wecom.kind;
	});
	expect(kinds.sort()).toEqual([
		'cancel_auth',
		'change_auth',
		'change_contact.delete_user',
		'create_auth',
		'text',
	]);
	expect(await provider.companies()).toEqual({});
});

it('the HTTP Request node calls with the token of the suite', async () => {
	const provider = await newProvider(DEMO_SUITE);
	await ticket(provider);
	const id = await manualWorkflow({
		name: 'HTTP Request',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: {
			url: `${sim.url}/cgi-bin/service/get_pre_auth_code`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'wecomSuiteApi',
			options: {},
		},
		credentials: uses(provider.credential),
	});
	for (let times = 0; times < 2; times++)
		expect(itemsOf(await rest.execute(id, 'Start'), 'HTTP Request')[0]).toMatchObject({
			pre_auth_code: expect.any(String),
		});
	const { suiteAccessToken } = await provider.stored();
	expect(Boolean(suiteAccessToken)).toBe(storesTokens);
});

describe('a question in a company that uses the suite', () => {
	const ASK = 'n8n-nodes-wecom-kit.wecomSendAndWait';

	/** Asks people of the company, whose ID comes with the item; gives the execution that waits. */
	async function asked(provider: Provider, company: Company, parameters: object) {
		const path = `suite-asks-${++serial}`;
		const nodes: WorkflowNode[] = [
			{
				name: 'Webhook',
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2,
				parameters: { path, httpMethod: 'POST' },
			},
			{
				name: 'Ask',
				type: ASK,
				credentials: uses(provider.credential),
				parameters: {
					authentication: 'suite',
					actAsCompany: { __rl: true, mode: 'id', value: '={{ $json.body.company }}' },
					touser: ['zhangsan', 'lisi'],
					message: '=For {{ $json.body.company }}',
					...parameters,
				},
			},
			{ name: 'After', type: 'n8n-nodes-base.noOp' },
		];
		const connections = chain(...nodes.map(({ name }) => name));
		const { id } = await rest.createWorkflow({ name: path, nodes, connections });
		await rest.activate(id);
		await rest.waitForWebhook('POST', path);
		await http(`${n8n.url}/webhook/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ company: company.corpid }),
		});
		const [execution] = await until(
			'nothing waits',
			async () => {
				const all = await rest.listExecutions({ workflowId: id });
				if (all[0]?.status === 'error')
					throw new Error((await rest.getExecution(all[0].id)).error?.message);
				return all[0]?.status === 'waiting' && all;
			},
			patience,
		);
		const ended = async () =>
			await until(
				'it still waits',
				async () => {
					const found = await rest.getExecution(execution.id);
					return ['success', 'error'].includes(found.status) && found;
				},
				patience,
			);
		const card = messagesTo(company).at(-1)!.body.template_card;
		return { card, ended };
	}

	const seen = ({ corpid }: Company, taskId: string, userid: string) =>
		sim.control.companyCardSeenBy(corpid, taskId, userid).replaced;

	it.each([
		['third-party app', DEMO_SUITE],
		['customized app', DEMO_TEMPLATE],
	])('is decided by a click that comes to the callback of the suite: %s', async (_name, suite) => {
		const provider = await newProvider(suite);
		const company = newCompany();
		await ticket(provider);
		await authorize(provider, company);
		await rest.waitForExecutions(provider.workflow.id, 1);
		const { card, ended } = await asked(provider, company, {
			allowedPeople: { users: ['lisi'] },
		});
		expect(card.sub_title_text).toBe(`For ${company.corpid}`);
		const press = async (userid: string, more = {}) =>
			await sim.control.pressCompanyCard(suite.suiteId, company.corpid, {
				taskId: card.task_id,
				userid,
				button: 'Approve',
				...more,
			});
		expect(await press('zhangsan')).toMatchObject({ ok: true });
		await until(
			'the note',
			() => seen(company, card.task_id, 'zhangsan') === 'Not for you',
			patience,
		);
		expect(await press('lisi')).toMatchObject({ ok: true });
		expect(itemsOf(await ended(), 'After')).toMatchObject([
			{ data: { approved: true, userid: 'lisi', responder: { id: 'lisi' } } },
		]);
		await until(
			'the cards',
			() => seen(company, card.task_id, 'zhangsan') === 'Approved',
			patience,
		);
		// The click has started no workflow.
		expect(await rest.listExecutions({ workflowId: provider.workflow.id })).toHaveLength(1);
	});

	it('is decided by a click that comes to the callback which a customized app has in the company', async () => {
		const provider = await newProvider(DEMO_TEMPLATE);
		const company = newCompany();
		await ticket(provider);
		await authorize(provider, company);
		await rest.waitForExecutions(provider.workflow.id, 1);
		const { token, encodingAesKey } = DEMO_SUITE.callback;
		const credential = await rest.createCredential('App in the company', 'wecomApi', {
			corpId: company.corpid,
			corpSecret: (await provider.companies())[company.corpid].permanentCode,
			agentId: String(company.agentid),
			token,
			encodingAesKey,
			baseUrl: sim.url,
		});
		await publishTrigger({ n8n, rest, sim, credential }, 'app-in-company', { events: ['text'] });
		sim.control.setCompanyApp(DEMO_TEMPLATE.suiteId, company.corpid, {
			callback: { token, encodingAesKey, url: `${n8n.url}/webhook/app-in-company` },
		});
		const { card, ended } = await asked(provider, company, {});
		const { task_id: taskId } = card;
		const press = { taskId, userid: 'lisi', button: 'Decline' };
		await sim.control.pressCompanyCard(DEMO_TEMPLATE.suiteId, company.corpid, press);
		expect(itemsOf(await ended(), 'After')).toMatchObject([
			{ data: { approved: false, userid: 'lisi' } },
		]);
	});

	it.each([
		['third-party app', DEMO_SUITE],
		['customized app', DEMO_TEMPLATE],
	])('is answered on a page after a login with the suite: %s', async (_name, suite) => {
		const provider = await newProvider(suite);
		const [company, other] = [newCompany(), newCompany()];
		await ticket(provider);
		for (const one of [company, other]) await authorize(provider, one);
		await rest.waitForExecutions(provider.workflow.id, 2);
		const trustedDomains = [new URL(n8n.url).host];
		for (const { corpid } of [company, other])
			sim.control.setCompanyApp(suite.suiteId, corpid, { trustedDomains });
		sim.control.setSuite(suite.suiteId, { trustedDomains });
		const { card, ended } = await asked(provider, company, {
			responseType: 'freeText',
			options: { identify: true },
		});
		const follow = { redirect: 'manual' } as const;
		/** Opens the link as somebody; gives what the page says after the login. */
		const open = async (who: string) => {
			const first = await fetch(card.button_list[0].url, follow);
			const there = first.headers.get('location')!.replace(/#.*$/, '');
			const body = new URLSearchParams({ who, decision: 'allow' });
			const back = await fetch(there, { method: 'POST', body, ...follow });
			const url = back.headers.get('location')!;
			const page = await fetch(url);
			return { url, status: page.status, html: await page.text() };
		};
		if (suite === DEMO_SUITE) expect((await open(`${other.corpid}/lisi`)).status).toBe(403);
		const { url, html } = await open(suite === DEMO_SUITE ? `${company.corpid}/lisi` : 'user:lisi');
		const proof = /name="proof" value="([^"]+)"/.exec(html)![1];
		await fetch(url, { method: 'POST', body: new URLSearchParams({ text: 'Yes', proof }) });
		expect(itemsOf(await ended(), 'After')).toMatchObject([
			{ data: { text: 'Yes', userid: 'lisi' } },
		]);
	});

	it('is decided by nobody of another company', async () => {
		const provider = await newProvider(DEMO_SUITE);
		const [company, other] = [newCompany(), newCompany()];
		await ticket(provider);
		for (const one of [company, other]) await authorize(provider, one);
		await rest.waitForExecutions(provider.workflow.id, 2);
		const { card, ended } = await asked(provider, company, {
			allowedPeople: { users: ['lisi'] },
		});
		const press = async ({ corpid }: Company, button: number) =>
			await sim.control.pushData(provider.suite.suiteId, corpid, {
				kind: 'template_card_event',
				fields: {
					FromUserName: 'lisi',
					EventKey: card.button_list[button].key,
					TaskId: card.task_id,
				},
			});
		await press(other, 0);
		await until(
			'it was noticed',
			() => n8n.logs().includes(`another company aside: ${other.corpid}`),
			patience,
		);
		await press(company, 1);
		expect(itemsOf(await ended(), 'After')).toMatchObject([
			{ data: { approved: false, userid: 'lisi' } },
		]);
	});
});

browserOrSkip()('in the editor', () => {
	it('an edit and save loses nothing, not even what arrives while the form is open', async () => {
		const provider = await newProvider(DEMO_SUITE);
		const [early, late] = [newCompany(), newCompany()];
		await ticket(provider);
		await authorize(provider, early);
		await rest.waitForExecutions(provider.workflow.id, 1);
		const { credential } = provider;
		const form = await manualWorkflow(sendTo(credential, early.corpid, 'shown'));
		let last = '';
		await withEditor(n8n, async (page) => {
			await openCredential(page, credential.id);
			expect((await credentialMessage(page)).kind).toBe('green');
			await screenshot(page, 'suite-credential');
			await authorize(provider, late);
			await rest.waitForExecutions(provider.workflow.id, 2);
			last = (await sim.control.pushTicket(provider.suite.suiteId)).ticket;
			await fillCredentialField(page, 'suiteId', `${provider.suite.suiteId} `);
			expect((await saveCredential(page)).kind).toBe('green');

			await openWorkflow(page, form);
			const node = await openNode(page, 'Send');
			await node.getByText('Act as Company').waitFor();
			await screenshot(page, 'suite-node');
		});
		expect(Object.keys(await provider.companies()).sort()).toEqual(
			[early.corpid, late.corpid].sort(),
		);
		const stored = await provider.stored();
		expect(stored.suiteTicket).toBe(last);
		expect(stored.refreshGuard ?? '').toBe('');
		const before = fetched(provider, late);
		await rest.execute(
			await manualWorkflow(sendTo(credential, late.corpid, 'still there')),
			'Start',
		);
		expect(messagesTo(late)).toHaveLength(2);
		expect(fetched(provider, late)).toBe(before);
	});
});
