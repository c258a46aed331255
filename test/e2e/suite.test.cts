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
/** On a busy machine n8n may answer late: that it is in time is tested elsewhere. */
const PATIENTLY = { timeoutMs: 30_000 };
const ticket = async ({ suite }: Provider) => {
	const pushed = await sim.control.pushTicket(suite.suiteId, PATIENTLY);
	expect(pushed).toMatchObject({ verdict: 'success' });
	return pushed.ticket;
};
/** The company authorizes the suite; gives its auth_code. */
const authorize = async ({ suite }: Provider, { corpid }: Company) => {
	const pushed = await sim.control.authorize(suite.suiteId, corpid, PATIENTLY);
	expect(pushed).toMatchObject({ verdict: 'success' });
	return pushed.authCode;
};
/** Companies that authorize the suite one after the other, and are greeted. */
const greeted = async (provider: Provider, ...companies: Company[]) => {
	await ticket(provider);
	for (const company of companies) await authorize(provider, company);
	return await rest.waitForExecutions(provider.workflow.id, companies.length, 60_000);
};
const PERMANENT_CODE = '/cgi-bin/service/v2/get_permanent_code';
/** How often WeCom was asked for the permanent code behind an auth_code, which it gives once. */
const exchanges = (authCode: string) =>
	sim.requests.filter(
		({ path, body }) =>
			path === PERMANENT_CODE && (body as { auth_code: string }).auth_code === authCode,
	).length;
/** The permanent code as WeCom knows it. */
const permanentCodeOf = ({ suite }: Provider, { corpid }: Company) =>
	sim.control.authorizations(suite.suiteId).find((one) => one.corpid === corpid)?.permanentCode;
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
		{ within: 60_000, every: 500 },
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
	it('goes from an empty credential to a greeting', async () => {
		const provider = await newProvider(template);
		const company = newCompany();
		expect((await rest.testCredential(provider.credential.id)).message).toMatch(
			/^No suite_ticket received yet/,
		);
		await ticket(provider);
		expect(await rest.testCredential(provider.credential.id)).toMatchObject({ status: 'OK' });
		// WeCom waits for its answer no longer than a second: the exchange comes after it.
		const answered = shutDoor();
		sim.control.inject({ path: PERMANENT_CODE, after: answered.opened });
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
	});
});

it('two suites with overlapping tickets keep each their own, and companies that authorize meanwhile need one token each', async () => {
	const [one, other] = [await newProvider(DEMO_SUITE), await newProvider(DEMO_TEMPLATE)];
	for (const provider of [one, other]) await ticket(provider);
	for (const { suite } of [one, other])
		await sim.control.startTickets(suite.suiteId, 2_000, PATIENTLY);
	const companies = sim.control.addCompanies(8);
	const foreign = newCompany();
	await authorize(other, foreign);
	// One after the other, but each is answered before its exchange, so those overlap.
	for (const company of companies) await authorize(one, company);
	await rest.waitForExecutions(one.workflow.id, companies.length, 120_000);
	await rest.waitForExecutions(other.workflow.id, 1);
	for (const provider of [one, other]) {
		const { suiteId } = provider.suite;
		sim.control.stopTickets(suiteId);
		await until(
			'the last ticket is stored',
			async () => {
				const last = await ticket(provider);
				const { suiteTicket, suiteTicketFor } = await provider.stored();
				return suiteTicket === last && suiteTicketFor === suiteId;
			},
			// One of the same second may still be on its way.
			{ within: 30_000, every: 1_100 },
		);
	}
	expect(Object.keys(await other.companies())).toEqual([foreign.corpid]);
	const stored = await one.companies();
	expect(Object.keys(stored).sort()).toEqual(companies.map(({ corpid }) => corpid).sort());
	for (const company of companies)
		expect(stored[company.corpid].permanentCode).toBe(permanentCodeOf(one, company));

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
		sendTo(one.credential, '={{ $json.corpid }}', 'all'),
	];
	(nodes[2].parameters as Record<string, unknown>).options = { concurrency: 8 };
	const id = await manualWorkflow(...nodes);
	const executions = await Promise.all([rest.execute(id, 'Start'), rest.execute(id, 'Start')]);
	for (const execution of executions) {
		expect(execution.error).toBeUndefined();
		expect(itemsOf(execution, 'Send')).toHaveLength(companies.length);
	}
	for (const company of companies) {
		const sent = messagesTo(company).filter(({ body }) => body.text?.content === 'all');
		expect(sent).toHaveLength(2);
		expect(fetched(one, company)).toBe(1);
	}
});

it('a power cut takes nothing: no token, no ticket, no permanent code, no event', async () => {
	const provider = await newProvider(DEMO_SUITE);
	const path = `suite-${serial}`;
	const customized = await newProvider(DEMO_TEMPLATE);
	const [served, locked, waiting] = sim.control.addCompanies(3);
	const [alsoServed, exchanged] = sim.control.addCompanies(2);
	// With them the suites have their tokens, which could not be stored while the database is locked.
	await greeted(provider, served);
	await greeted(customized, alsoServed);

	// The database is locked for twenty seconds around the exchange.
	sim.control.inject({ path: PERMANENT_CODE, times: 1, delayMs: 2_000 });
	const lockedCode = await authorize(provider, locked);
	const unlock = await lockDatabase(n8n);
	try {
		await until('the code is exchanged', () => exchanges(lockedCode) > 0);
		await sleep(20_000);
		expect(Object.keys(await provider.companies())).toEqual([served.corpid]);
	} finally {
		await unlock();
	}
	await until(
		'the company is stored',
		async () => (await provider.companies())[locked.corpid],
		patience,
	);
	await rest.waitForExecutions(provider.workflow.id, 2);

	// One code is exchanged, and its event still on the way; another one is only stored.
	sim.control.inject({ path: '/cgi-bin/service/v2/get_auth_info', times: 1, delayMs: 30_000 });
	const exchangedCode = await authorize(customized, exchanged);
	await until(
		'the code was exchanged',
		async () => (await customized.companies())[exchanged.corpid],
		patience,
	);
	sim.control.inject({ path: PERMANENT_CODE, times: 9, delayMs: 30_000, drop: true });
	await authorize(provider, waiting);
	await n8n.kill();
	sim.control.clearFaults();
	await n8n.start();
	await rest.login();
	for (const each of [path, `suite-${serial}`]) await rest.waitForWebhook('POST', each);

	const kept: Array<[Provider, Company]> = [
		[provider, served],
		[provider, locked],
		[customized, alsoServed],
		[customized, exchanged],
	];
	for (const [whose, company] of kept)
		expect((await whose.companies())[company.corpid].permanentCode).toBe(
			permanentCodeOf(whose, company),
		);
	expect(await provider.companies()).not.toHaveProperty(waiting.corpid);

	const hasMessage = (company: Company) => () => messagesTo(company).length === 1;
	await withTickets(provider, 'the company whose code waited was greeted', hasMessage(waiting));
	await withTickets(customized, 'the company of the lost event was greeted', hasMessage(exchanged));
	const [, event] = await rest.waitForExecutions(customized.workflow.id, 2);
	expect(itemsOf(event, 'WeCom Trigger')[0]).toMatchObject({
		AuthCorpId: exchanged.corpid,
		wecom: { exchange: 'done', retried: true },
	});
	for (const whose of [provider, customized])
		await withTickets(
			whose,
			'the codes were let go of',
			async () => (await whose.stored()).pendingAuthCodes === '',
		);
	for (const code of [lockedCode, exchangedCode]) expect(exchanges(code)).toBe(1);
	for (const company of [locked, waiting, exchanged]) expect(messagesTo(company)).toHaveLength(1);

	for (const [whose, company] of [
		[provider, served],
		[customized, alsoServed],
	] as const) {
		const again = sendTo(whose.credential, company.corpid, 'again');
		await rest.execute(await manualWorkflow(again), 'Start');
		expect(messagesTo(company)).toHaveLength(2);
		expect(fetched(whose, company)).toBe(storesTokens ? 1 : 2);
	}
}, 240_000);

it('messages of a company and every other command start the workflow, commands answered with success', async () => {
	const provider = await newProvider(DEMO_SUITE, ['*']);
	const { suiteId } = provider.suite;
	const company = newCompany();
	await greeted(provider, company);
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
	])(
		'is decided by its people alone, by a click or on a page after a login: %s',
		async (_name, suite) => {
			const provider = await newProvider(suite);
			const [company, other] = [newCompany(), newCompany()];
			await greeted(provider, company, other);

			const clicked = await asked(provider, company, { allowedPeople: { users: ['lisi'] } });
			const { card } = clicked;
			expect(card.sub_title_text).toBe(`For ${company.corpid}`);
			const press = async (userid: string) =>
				await sim.control.pressCompanyCard(suite.suiteId, company.corpid, {
					taskId: card.task_id,
					userid,
					button: 'Approve',
				});
			const fields = {
				FromUserName: 'lisi',
				EventKey: card.button_list[0].key,
				TaskId: card.task_id,
			};
			await sim.control.pushData(suite.suiteId, other.corpid, {
				kind: 'template_card_event',
				fields,
			});
			await until(
				'it was noticed that another company clicks',
				() => n8n.logs().includes(`another company aside: ${other.corpid}`),
				patience,
			);
			expect(await press('zhangsan')).toMatchObject({ ok: true });
			const shown = () => seen(company, card.task_id, 'zhangsan');
			await until('the note', () => shown() === 'Not for you', patience);
			expect(await press('lisi')).toMatchObject({ ok: true });
			expect(itemsOf(await clicked.ended(), 'After')).toMatchObject([
				{ data: { approved: true, userid: 'lisi', responder: { id: 'lisi' } } },
			]);
			await until('the cards', () => shown() === 'Approved', patience);
			// The clicks have started no workflow.
			expect(await rest.listExecutions({ workflowId: provider.workflow.id })).toHaveLength(2);

			const trustedDomains = [new URL(n8n.url).host];
			for (const { corpid } of [company, other])
				sim.control.setCompanyApp(suite.suiteId, corpid, { trustedDomains });
			sim.control.setSuite(suite.suiteId, { trustedDomains });
			const onPage = await asked(provider, company, {
				responseType: 'freeText',
				options: { identify: true },
			});
			const follow = { redirect: 'manual' } as const;
			/** Opens the link as somebody; gives what the page says after the login. */
			const open = async (who: string) => {
				const first = await fetch(onPage.card.button_list[0].url, follow);
				const there = first.headers.get('location')!.replace(/#.*$/, '');
				const body = new URLSearchParams({ who, decision: 'allow' });
				const back = await fetch(there, { method: 'POST', body, ...follow });
				const url = back.headers.get('location')!;
				const page = await fetch(url);
				return { url, status: page.status, html: await page.text() };
			};
			if (suite === DEMO_SUITE) expect((await open(`${other.corpid}/lisi`)).status).toBe(403);
			const { url, html } = await open(
				suite === DEMO_SUITE ? `${company.corpid}/lisi` : 'user:lisi',
			);
			const proof = /name="proof" value="([^"]+)"/.exec(html)![1];
			await fetch(url, { method: 'POST', body: new URLSearchParams({ text: 'Yes', proof }) });
			expect(itemsOf(await onPage.ended(), 'After')).toMatchObject([
				{ data: { text: 'Yes', userid: 'lisi' } },
			]);
		},
	);

	it('is decided by a click that comes to the callback which a customized app has in the company', async () => {
		const provider = await newProvider(DEMO_TEMPLATE);
		const company = newCompany();
		await greeted(provider, company);
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
});

browserOrSkip()('in the editor', () => {
	it('an edit and save loses nothing, not even what arrives while the form is open', async () => {
		const provider = await newProvider(DEMO_SUITE);
		const [early, late] = [newCompany(), newCompany()];
		await greeted(provider, early);
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
