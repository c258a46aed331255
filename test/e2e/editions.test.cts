/** From one edition to the other and back: every node and every credential goes on, also what is under way meanwhile. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
	bridgeEnvironment,
	buildBridge,
	startBridge,
	type RunningBridge,
} from '../../bridge/stand-in/running-bridge.cts';
import { ArchiveStore, findCompiler, sampleMessages } from '../../bridge/stand-in/stand-in.cts';
import manifest from '../../package.json';
import { DEMO_BOT } from '../../simulator/bot/data.cts';
import { DEMO_APP } from '../../simulator/demo-data.cts';
import { DEMO_PROVIDER, DEMO_SUITE, PROVIDER_SEED } from '../../simulator/suite/data.cts';
import { botCredentialData } from '../support/credentials.cts';
import { installPackage } from '../support/n8n-package.cts';
import type { Credential, WorkflowNode } from '../support/n8n-rest.cts';
import { packPackage } from '../support/pack.cts';
import { packChinese } from '../support/pack-chinese.cts';
import { repoRoot } from '../support/paths.cts';
import { until } from '../support/wait.cts';
import { begin, publishLogin, visit, type Login } from './login-support.cts';
import { Asking, PATIENCE } from './send-and-wait-support.cts';
import {
	chain,
	itemsOf,
	manual,
	publishTrigger,
	saveInWecom,
	target,
	TRIGGER,
	useOwnN8n,
	WECOM,
} from './support.cts';

const KEY = '693a91f6-7abc-4bc4-97a0-0ec2d1fa5aac';
const BOT_TRIGGER = 'n8n-nodes-wecom-kit.wecomBotTrigger';
const ARCHIVE_TRIGGER = 'n8n-nodes-wecom-kit.wecomChatArchiveTrigger';
const samples = sampleMessages(join(repoRoot, 'test/fixtures/chat-archive-samples.json'));

const surroundings = useOwnN8n({}, { seed: PROVIDER_SEED });
const asking = new Asking(() => {
	const { n8n, rest } = surroundings();
	const waitForWebhook = rest.waitForWebhook.bind(rest);
	return { ...surroundings(), url: n8n.url, waitForWebhook };
});

/** By the name of the credential type. */
const credentials: Record<string, Credential> = {};
/** Workflows, by the short name of the node that they are about. */
const workflows: Record<string, string> = {};
let login: Login;
/** Only with a C compiler: the stand-in for WeCom's library needs one. */
let archive: { store: ArchiveStore; bridge: RunningBridge } | undefined;

const used = (type: string) => ({
	[type]: { id: credentials[type].id, name: credentials[type].name },
});

async function create(name: string, ...nodes: WorkflowNode[]): Promise<void> {
	const { rest } = surroundings();
	const connections = chain(...nodes.map((node) => node.name));
	workflows[name] = (await rest.createWorkflow({ name, nodes, connections })).id;
}

beforeAll(async () => {
	const { rest, sim, n8n, credential } = surroundings();
	sim.control.setApp(DEMO_APP.agentid, { trustedDomains: [new URL(n8n.url).host] });
	sim.control.issueToken('webhook-key', { token: KEY });
	const add = async (type: string, data: object) =>
		(credentials[type] = await rest.createCredential(type, type, data));
	credentials.wecomApi = credential;
	await add('wecomWebhookApi', { authKey: KEY, baseUrl: sim.url });
	await add('wecomBotApi', botCredentialData(sim));
	await add('wecomSuiteApi', {
		suiteId: DEMO_SUITE.suiteId,
		suiteSecret: DEMO_SUITE.suiteSecret,
		...DEMO_SUITE.callback,
		providerCorpId: DEMO_PROVIDER.corpid,
		providerSecret: DEMO_PROVIDER.secret,
		baseUrl: sim.url,
	});

	const push = { resource: 'messagePush', operation: 'send', content: '=Edition' };
	await create('wecom', manual, {
		name: 'Push',
		type: WECOM,
		parameters: push,
		credentials: used('wecomWebhookApi'),
	});

	workflows.wecomTrigger = (await publishTrigger(surroundings(), 'edition', {})).id;
	const callback = { ...DEMO_APP.callback, url: `${n8n.url}/webhook/edition` };
	await saveInWecom(async () => await sim.control.saveCallback(DEMO_APP.agentid, callback));

	await create(
		'suite',
		{
			name: 'Authorized',
			type: TRIGGER,
			parameters: { source: 'suite', path: 'edition-suite', events: ['create_auth'] },
			credentials: used('wecomSuiteApi'),
		},
		{
			name: 'Send',
			type: WECOM,
			parameters: {
				authentication: 'suite',
				resource: 'message',
				operation: 'send',
				actAsCompany: { __rl: true, mode: 'id', value: '={{ $json.AuthCorpId }}' },
				touser: ['zhangsan'],
				content: 'Welcome',
			},
			credentials: used('wecomSuiteApi'),
		},
	);
	await create(
		'wecomBotTrigger',
		{ name: 'Bot', type: BOT_TRIGGER, parameters: {}, credentials: used('wecomBotApi') },
		{
			name: 'Reply',
			type: WECOM,
			parameters: {
				resource: 'bot',
				operation: 'reply',
				msgtype: 'text',
				content: '={{ "You said: " + $json.text.content }}',
			},
			credentials: used('wecomBotApi'),
		},
	);
	await rest.activate(workflows.suite);
	await rest.activate(workflows.wecomBotTrigger);
	await rest.waitForWebhook('POST', 'edition-suite');
	const url = `${n8n.url}/webhook/edition-suite`;
	const { suiteId } = DEMO_SUITE;
	await saveInWecom(
		async () => await sim.control.saveSuiteCallback(suiteId, { url, dataUrl: url }),
	);
	expect(await sim.control.pushTicket(DEMO_SUITE.suiteId)).toMatchObject({ ok: true });
	login = await publishLogin(surroundings(), credential, 'edition-login');

	if (!findCompiler()) return;
	buildBridge();
	const store = new ArchiveStore(mkdtempSync(join(tmpdir(), 'wecom-kit-editions-')));
	store.addKey(1);
	const bridge = await startBridge(bridgeEnvironment(store));
	archive = { store, bridge };
	await add('wecomChatArchiveApi', { bridgeUrl: bridge.url, bridgeToken: bridge.token });
	await create('wecomChatArchiveTrigger', {
		name: 'Archive',
		type: ARCHIVE_TRIGGER,
		parameters: { events: ['*'], startFrom: 'oldest' },
		credentials: used('wecomChatArchiveApi'),
	});
	await rest.activate(workflows.wecomChatArchiveTrigger);
}, 300_000);
afterAll(async () => {
	await archive?.bridge.stop();
	if (archive) rmSync(archive.store.folder, { recursive: true, force: true });
});

/** How often everything has been done, so that what an edition adds is told from what was there. */
let round = 0;

/** Uses every node once, with every credential. What it throws names what does not work. */
async function useEverything(): Promise<void> {
	const { rest, sim } = surroundings();
	round += 1;
	expect(itemsOf(await rest.execute(workflows.wecom, 'Start'), 'Push')).toEqual([{ sent: true }]);

	const pushed = await sim.push(target(surroundings(), 'edition'), { kind: 'text' });
	expect(pushed.ok).toBe(true);
	await rest.waitForExecutions(workflows.wecomTrigger, round);

	const [company] = sim.control.addCompanies(1);
	const authorized = await sim.control.authorize(DEMO_SUITE.suiteId, company.corpid);
	expect(authorized).toMatchObject({ verdict: 'success' });
	await rest.waitForExecutions(workflows.suite, round);
	expect(sim.messages.filter(({ corpid }) => corpid === company.corpid)).toHaveLength(1);

	await sim.bots.waitForConnection(DEMO_BOT.botId);
	const { msgid } = await sim.bots.say(DEMO_BOT.botId, { from: 'lisi', text: `${round}` });
	const [entry] = await sim.bots.waitForReply(msgid, { timeoutMs: PATIENCE.within });
	expect(JSON.stringify(entry)).toContain(`You said: ${round}`);

	const { back, cookies } = await begin(login.url, 'lisi');
	expect((await visit(back, cookies)).status).toBe(200);
	expect(await login.items(round)).toHaveLength(round);

	if (!archive) return;
	archive.store.fill(
		3,
		samples.map(({ plain }) => plain),
	);
	const seqs = async () => {
		const list = await rest.listExecutions({ workflowId: workflows.wecomChatArchiveTrigger });
		const ended = await Promise.all(list.map(async ({ id }) => await rest.getExecution(id)));
		const items = ended.flatMap((one) => itemsOf(one, 'Archive') as Array<{ wecom: any }>);
		return items.map(({ wecom }) => Number(wecom.seq)).sort((a, b) => a - b);
	};
	const all = Array.from({ length: 3 * round }, (_, at) => at + 1);
	await until('all messages are there', async () => (await seqs()).length >= all.length, PATIENCE);
	expect(await seqs()).toEqual(all);
}

it('everything works before', useEverything);

describe.each([
	['the Chinese edition', packChinese, /[\u4e00-\u9fff]/],
	['the English edition again', packPackage, /^[\x20-\x7e]+$/],
])('with %s in its place', (_name, pack, green) => {
	let waiting: string;
	const before: Record<string, Record<string, unknown>> = {};
	beforeAll(async () => {
		const { n8n, rest } = surroundings();
		waiting = (await asking.asked(asking.question())).id;
		for (const [type, { id }] of Object.entries(credentials))
			before[type] = (await rest.rawCredential(id)).data;
		await installPackage(n8n.userFolder, await pack(), n8n.install.nodeBin);
		await n8n.restart();
		await rest.login();
		for (const path of ['edition', 'edition-suite']) await rest.waitForWebhook('POST', path);
		await rest.waitForWebhook('GET', 'edition-login');
	}, 600_000);

	it('every credential has what it had, and its test is green', async () => {
		const { rest } = surroundings();
		const all = manifest.n8n.credentials.map((file) => /(Wecom\w+)\.cred/.exec(file)![1]);
		const types = all
			.map((name) => `w${name.slice(1)}`)
			.filter((type) => archive || type !== 'wecomChatArchiveApi');
		expect(Object.keys(credentials).sort()).toEqual(types.sort());
		for (const [type, { id }] of Object.entries(credentials)) {
			const { positions: _moving, ...kept } = before[type];
			expect([type, (await rest.rawCredential(id)).data]).toEqual([
				type,
				expect.objectContaining(kept),
			]);
			const { status, message } = await rest.testCredential(id);
			expect([type, status, message]).toEqual([type, 'OK', expect.stringMatching(green)]);
		}
	}, 120_000);

	it('who was asked before can answer', async () => {
		await asking.press('lisi', 'Approve');
		const { status } = await asking.ended(waiting);
		expect(status).toBe('success');
	});

	it('every node goes on', useEverything);
});
