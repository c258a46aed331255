/**
 * n8n as it runs where much happens: main without production webhooks, a worker, and two webhook processes behind a balancer without
 * sticky routes.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import {
	bridgeEnvironment,
	buildBridge,
	startBridge,
} from '../../bridge/stand-in/running-bridge.cts';
import { ArchiveStore, sampleMessages } from '../../bridge/stand-in/stand-in.cts';
import { withCompiler } from '../../bridge/test/support.cts';
import { DEMO_BOT, DEMO_CALLBACK_BOT } from '../../simulator/bot/data.cts';
import { DEMO_APP, DEMO_KF_ACCOUNTS } from '../../simulator/demo-data.cts';
import { startSimulator, type Simulator } from '../../simulator/server.cts';
import { DEMO_PROVIDER, DEMO_SUITE, PROVIDER_SEED } from '../../simulator/suite/data.cts';
import { botCredentialData } from '../support/credentials.cts';
import { publishAgentByUrl, publishAgentOverConnection } from '../support/agent-workflow.cts';
import type { Execution } from '../support/execution.cts';
import { http } from '../support/http.cts';
import type { Credential, WorkflowNode } from '../support/n8n-rest.cts';
import { packPackage } from '../support/pack.cts';
import { repoRoot } from '../support/paths.cts';
import { startQueueMode, type QueueMode } from '../support/queue-mode.cts';
import { queueServersOrSkip } from '../support/queue-servers.cts';
import { sleep, until } from '../support/wait.cts';
import { begin, LOGIN, visit } from './login-support.cts';
import {
	chain,
	credentialData,
	itemsOf,
	manual,
	saveInWecom,
	START_TIMEOUT,
	target as targetOf,
	TRIGGER,
	uses,
	WECOM,
} from './support.cts';

jest.setTimeout(240_000);

/** On a busy machine n8n may answer late: that it is in time is tested elsewhere. */
const PATIENTLY = { timeoutMs: 30_000 };

queueServersOrSkip()('with two webhook processes', () => {
	let sim: Simulator;
	let queue: QueueMode;
	let credential: Credential;
	beforeAll(async () => {
		sim = await startSimulator({ seed: PROVIDER_SEED });
		queue = await startQueueMode({ tarball: await packPackage(), webhookProcesses: 2 });
		credential = await queue.rest.createCredential('App', 'wecomApi', credentialData(sim));
	}, START_TIMEOUT * 2);
	afterAll(async () => {
		await queue?.stop();
		await sim?.stop();
	}, START_TIMEOUT);
	afterEach(() => queue.balancer.pin());

	/** Where WeCom sends callbacks to: a webhook process, or without one the balancer. */
	const target = (path: string, process?: number) => {
		const { main, rest, webhooks, balancer } = queue;
		const { url } = process === undefined ? balancer : webhooks[process];
		return targetOf({ n8n: main, rest, sim, credential }, path, { url: `${url}/webhook/${path}` });
	};
	async function publish(path: string, nodes: WorkflowNode[], method = 'POST') {
		const connections = chain(...nodes.map(({ name }) => name));
		const workflow = await queue.rest.createWorkflow({ name: path, nodes, connections });
		await queue.rest.activate(workflow.id);
		await queue.waitForWebhook(method, path);
		return workflow;
	}
	const triggerOn = (path: string, parameters: object = {}): WorkflowNode => ({
		name: 'WeCom Trigger',
		type: TRIGGER,
		parameters: { path, ...parameters },
		credentials: uses(credential),
	});

	it('they verify the URL, answer and log; main answers with the page of the editor', async () => {
		const { main, worker, webhooks, rest, balancer } = queue;
		const { id } = await publish('processes/one', [triggerOn('processes/one')]);
		for (const process of [0, 1])
			await saveInWecom(async () => await sim.verifyUrl(target('processes/one', process)));
		balancer.served.length = 0;
		for (let time = 0; time < 2; time++)
			expect((await sim.push(target('processes/one'), { kind: 'text' })).ok).toBe(true);
		expect([...balancer.served].sort()).toEqual([0, 1]);
		for (const execution of await rest.waitForExecutions(id, 2))
			expect(worker.logs()).toContain(`execution ${execution.id}`);

		// As docs/compatibility.md warns: a URL that leads to main looks alive, and WeCom refuses it.
		const accept = '*/*'; // older n8n answers with the page only where it is asked for one
		const page = await http(`${main.url}/webhook/processes/one`, { headers: { accept } });
		expect(page).toMatchObject({ status: 200, text: expect.stringContaining('<!DOCTYPE html>') });

		const options = { tamper: 'signature', retries: 0 } as const;
		const { attempts } = await sim.push(target('processes/one', 1), { kind: 'text' }, options);
		expect(attempts).toMatchObject([{ status: 401, body: '' }]);
		await until('the refusal is logged', () => /refused a callback/.test(webhooks[1].logs()));
		expect(webhooks[0].logs() + main.logs()).not.toMatch(/refused a callback/);
	});

	it('a process without the package says so', async () => {
		const userFolder = mkdtempSync(join(tmpdir(), 'wecom-kit-bare-'));
		mkdirSync(join(userFolder, '.n8n'));
		const bare = await queue.startProcess('webhook', userFolder);
		try {
			const here = { ...target('processes/one'), url: `${bare.url}/webhook/processes/one` };
			const { attempts } = await sim.push(here, { kind: 'text' }, { retries: 0 });
			expect(attempts[0].status).toBe(400);
			expect(attempts[0].body).toContain('Unrecognized node type');
		} finally {
			bare.kill();
			rmSync(userFolder, { recursive: true, force: true });
		}
	});

	it('a reply of the worker goes out through the process that waits for it', async () => {
		const reply: WorkflowNode = {
			name: 'Reply',
			type: WECOM,
			parameters: { resource: 'callback', operation: 'reply', content: '={{ $json.Content }}' },
			credentials: uses(credential),
		};
		const trigger = triggerOn('processes/reply', { responseMode: 'responseNode' });
		await publish('processes/reply', [trigger, reply]);
		const answers = await Promise.all(
			['甲', '乙'].map(
				async (Content, process) =>
					await sim.push(target('processes/reply', process), { kind: 'text', fields: { Content } }),
			),
		);
		expect(answers.map(({ attempts }) => attempts.length)).toEqual([1, 1]);
		expect(answers.map(({ attempts }) => attempts[0].reply)).toMatchObject([
			{ signatureOk: true, xml: expect.stringContaining('甲') },
			{ signatureOk: true, xml: expect.stringContaining('乙') },
		]);
	});

	it('a repetition at the other process starts the workflow again, and Remove Duplicates ends it there', async () => {
		// The value that the README recommends.
		const dedupeValue =
			'={{ $json.MsgId || ($json.notify_type && $json.id) || JSON.stringify({ ...$json, wecom: undefined }) }}';
		const once: WorkflowNode = {
			name: 'Once',
			type: 'n8n-nodes-base.removeDuplicates',
			typeVersion: 2,
			parameters: { operation: 'removeItemsSeenInPreviousExecutions', dedupeValue, options: {} },
		};
		const after: WorkflowNode = { name: 'After', type: 'n8n-nodes-base.noOp' };
		const { id } = await publish('processes/once', [triggerOn('processes/once'), once, after]);
		const { xml } = await sim.push(target('processes/once', 0), { kind: 'text' });
		await sim.push(target('processes/once', 0), xml);
		await queue.rest.waitForExecutions(id, 1);
		await sim.push(target('processes/once', 1), xml);
		const executions = await queue.rest.waitForExecutions(id, 2);
		expect(executions.map((execution) => itemsOf(execution, 'After').length)).toEqual([1, 0]);
	});

	it('an edited credential holds at both', async () => {
		const { rest } = queue;
		await publish('processes/edited', [triggerOn('processes/edited')]);
		for (const process of [0, 1]) await sim.verifyUrl(target('processes/edited', process));
		const token = 'OtherToken0123456789';
		const { name, type } = credential;
		const edit = async (more: object = {}) =>
			await rest.updateCredential(credential.id, { name, type, data: credentialData(sim, more) });
		await edit({ token });
		try {
			for (const process of [0, 1]) {
				const here = { ...target('processes/edited', process), token };
				// At the latest WeCom's repetition: a process reads the credential again once a second at most.
				const options = { retries: 1, retryDelayMs: 1_100 };
				expect((await sim.push(here, { kind: 'text' }, options)).ok).toBe(true);
			}
		} finally {
			await edit();
		}
		for (const process of [0, 1])
			await until(
				'the first token holds again',
				async () => (await sim.verifyUrl(target('processes/edited', process))).ok,
				{ within: 10_000, every: 300 },
			);
	});

	it('customer service: overlapping callbacks at both, and each message comes once', async () => {
		const [{ open_kfid: account }] = DEMO_KF_ACCOUNTS;
		const options = { events: ['kf_msg_or_event'], triggerOptions: { fetchMessages: true } };
		const { id } = await publish('processes/kf', [triggerOn('processes/kf', options)]);
		const say = async (content: string) =>
			await sim.control.kfMessage(target('processes/kf'), account, [
				{ msgtype: 'text', text: { content } },
			]);
		const said = async () => {
			const ended = await queue.rest.waitForExecutions(id, 1);
			return ended
				.flatMap((execution) => itemsOf(execution, 'WeCom Trigger'))
				.map(({ text }) => (text as IDataObject).content as string);
		};
		await say('first');
		await said();
		sim.control.inject({ path: '/cgi-bin/kf/sync_msg', delayMs: 300, times: 4 });
		const words = ['a', 'b', 'c', 'd', 'e', 'f'];
		await Promise.all(
			words.map(async (word, index) => {
				await sleep(index * 100);
				await say(word);
			}),
		);
		// Whoever reads after all of these reads what is left of them.
		await say('last');
		await until('the last one is there', async () => (await said()).includes('last'), {
			within: 30_000,
			every: 300,
		});
		expect((await said()).sort()).toEqual(['first', ...words, 'last'].sort());
	});

	it('a suite: tickets and authorizations at both, and no company is lost between them and the worker', async () => {
		const { rest, worker, balancer } = queue;
		const { suiteId, suiteSecret, callback } = DEMO_SUITE;
		const suite = await rest.createCredential('Suite', 'wecomSuiteApi', {
			suiteId,
			suiteSecret,
			token: callback.token,
			encodingAesKey: callback.encodingAesKey,
			providerCorpId: DEMO_PROVIDER.corpid,
			providerSecret: DEMO_PROVIDER.secret,
			baseUrl: sim.url,
		});
		const credentials = { wecomSuiteApi: { id: suite.id, name: suite.name } };
		const { id } = await publish('processes/suite', [
			{
				name: 'WeCom Trigger',
				type: TRIGGER,
				credentials,
				parameters: { source: 'suite', path: 'processes/suite', events: ['create_auth'] },
			},
			{
				name: 'Send',
				type: WECOM,
				credentials,
				parameters: {
					authentication: 'suite',
					resource: 'message',
					operation: 'send',
					actAsCompany: { __rl: true, mode: 'id', value: '={{ $json.AuthCorpId }}' },
					touser: ['zhangsan'],
					msgtype: 'text',
					content: 'Welcome',
				},
			},
		]);
		const url = `${balancer.url}/webhook/processes/suite`;
		await saveInWecom(async () => await sim.control.saveSuiteCallback(suiteId, { url }));
		expect(await sim.control.pushTicket(suiteId)).toMatchObject({ ok: true });
		await sim.control.startTickets(suiteId, 3_000, PATIENTLY);
		const companies = sim.control.addCompanies(6);
		const sent = sim.messages.length;
		try {
			// Two at a time: the balancer gives one to each process.
			for (let first = 0; first < companies.length; first += 2)
				await Promise.all(
					companies.slice(first, first + 2).map(async ({ corpid }) => {
						const { verdict } = await sim.control.authorize(suiteId, corpid, PATIENTLY);
						expect(verdict).toBe('success');
					}),
				);
			const eventOf = (execution: Execution) =>
				itemsOf(execution, 'WeCom Trigger')[0] as { AuthCorpId: string; wecom: IDataObject };
			const executions = await until(
				'an event of every company',
				async () => {
					const all = await rest.waitForExecutions(id, companies.length, 90_000);
					const found = new Set(all.map((execution) => eventOf(execution).AuthCorpId));
					return companies.every(({ corpid }) => found.has(corpid)) && all;
				},
				{ within: 60_000, every: 1_000 },
			);
			// What takes more than ten seconds on a slow machine may come once more with a ticket, and says so.
			const first = executions.map(eventOf).filter(({ wecom }) => !wecom.retried);
			expect(first.length).toBe(new Set(first.map(({ AuthCorpId }) => AuthCorpId)).size);
			for (const execution of executions) {
				expect(execution.error).toBeUndefined();
				expect(worker.logs()).toContain(`execution ${execution.id}`);
			}
		} finally {
			sim.control.stopTickets(suiteId);
		}
		const welcomed = new Set(sim.messages.slice(sent).map(({ corpid }) => corpid));
		expect(welcomed.size).toBe(companies.length);
		const list: WorkflowNode = {
			name: 'List',
			type: WECOM,
			credentials,
			parameters: {
				authentication: 'suite',
				resource: 'suite',
				operation: 'getManyCompanies',
				returnAll: true,
			},
		};
		const lister = await rest.createWorkflow({
			name: 'List',
			nodes: [manual, list],
			connections: chain('Start', 'List'),
		});
		const wanted = companies.map(({ corpid }) => corpid).sort();
		// What one process overwrote in another's write is brought back within seconds.
		await until(
			'all companies are stored',
			async () => {
				const listed = itemsOf(await rest.execute(lister.id, 'Start'), 'List');
				return JSON.stringify(listed.map(({ corpId }) => corpId).sort()) === JSON.stringify(wanted);
			},
			{ within: 20_000, every: 1_000 },
		);
	});

	it('a bot’s connection is held by main alone', async () => {
		const { main, rest, worker, webhooks } = queue;
		const { botId } = DEMO_BOT;
		const { id, name } = await rest.createCredential('Bot', 'wecomBotApi', botCredentialData(sim));
		const credentials = { wecomBotApi: { id, name } };
		const nodes: WorkflowNode[] = [
			{ name: 'Bot', type: 'n8n-nodes-wecom-kit.wecomBotTrigger', credentials },
			{
				name: 'Reply',
				type: WECOM,
				credentials,
				parameters: { resource: 'bot', operation: 'streamReply', step: 'finish', content: 'whole' },
			},
		];
		const workflow = await rest.createWorkflow({
			name: 'Bot',
			nodes,
			connections: chain('Bot', 'Reply'),
		});
		await rest.activate(workflow.id);
		await sim.bots.waitForConnection(botId);
		const { msgid } = await sim.bots.say(botId, { text: 'hello' });
		const [entry] = await sim.bots.waitForReply(msgid, { timeoutMs: 30_000 });
		expect(entry.stream!.updates.at(-1)!.content).toBe('whole');
		const [execution] = await rest.waitForExecutions(workflow.id, 1);
		expect(worker.logs()).toContain(`execution ${execution.id}`);
		expect(sim.bots.connections(botId)).toMatchObject({ open: 1, subscribes: 1, overlaps: 0 });
		expect(main.logs()).toContain('AI bot is connected');
		for (const { logs } of [worker, ...webhooks])
			expect(logs()).not.toContain('AI bot is connected');
		await rest.deactivate(workflow.id);
		await until('the connection is closed', () => sim.bots.openSockets() === 0, { within: 30_000 });
	});

	it('an agent over a long connection: its answer comes whole, since another process gets the call', async () => {
		const { rest, main } = queue;
		const { botId } = DEMO_BOT;
		const workflow = await publishAgentOverConnection(rest, sim, 'Whole');
		await until('the trigger has tried itself', () => /come whole/.test(main.logs()), {
			within: 90_000,
		});
		const words = 'One two three four five six';
		sim.control.setScript([{ say: words, wordMs: 400 }]);
		const { msgid } = await sim.bots.say(botId, { text: 'Count' });
		const [entry] = await sim.bots.waitForReply(msgid, { timeoutMs: 60_000 });
		const texts = entry.stream!.updates.map(({ content }) => content);
		expect(texts).toEqual(['Thinking…', words]);
		const [execution] = await rest.waitForExecutions(workflow.id, 1);
		expect(itemsOf(execution, 'Bot')[0].wecom).not.toHaveProperty('answerStreams');
		await rest.deactivate(workflow.id);
		await until('the connection is closed', () => sim.bots.openSockets() === 0, { within: 30_000 });
	});

	it('a bot by URL: a stream that begins at one process is asked for at both', async () => {
		const { rest, balancer } = queue;
		const { botId, callback } = DEMO_CALLBACK_BOT;
		const { token, encodingAesKey } = callback;
		const { id, name } = await rest.createCredential('Callbacks', 'wecomBotApi', {
			token,
			encodingAesKey,
		});
		const credentials = { wecomBotApi: { id, name } };
		const step = (node: string, parameters: object): WorkflowNode => ({
			name: node,
			type: WECOM,
			credentials,
			parameters: { resource: 'bot', operation: 'streamReply', ...parameters },
		});
		const trigger = {
			name: 'Trigger',
			type: TRIGGER,
			credentials,
			parameters: { source: 'bot', path: 'processes/bot', botOptions: { firstAnswer: 'Wait' } },
		};
		const workflow = await publish('processes/bot', [
			trigger,
			step('Half', { content: 'Half' }),
			step('Whole', { step: 'finish', content: ' and half' }),
		]);
		sim.bots.setPollInterval(250);
		const url = `${balancer.url}/webhook/processes/bot`;
		await saveInWecom(async () => await sim.bots.saveCallback(botId, { ...callback, url }));
		const { msgid } = await sim.bots.say(botId, { text: 'hello' });
		const [entry] = await sim.bots.waitForReply(msgid, { timeoutMs: 30_000 });
		expect(entry).toMatchObject({ text: 'Half and half' });
		const [execution] = await rest.waitForExecutions(workflow.id, 1);
		const via = ['Half', 'Whole'].map((node) => itemsOf(execution, node)[0].via);
		expect(via).toEqual(['stream', 'stream']);
		expect(sim.bots.outcomes().filter(({ problem }) => problem)).toEqual([]);
	});

	it('an agent by URL: its answer grows in the stream of the process that has begun it', async () => {
		const { rest, balancer } = queue;
		const { botId, callback } = DEMO_CALLBACK_BOT;
		const path = 'processes/agent';
		const botOptions = { firstAnswer: 'Thinking…', closingText: 'Sorry' };
		const workflow = await publishAgentByUrl(rest, sim.url, { path, botOptions });
		await queue.waitForWebhook('POST', path);
		sim.bots.setPollInterval(250);
		const url = `${balancer.url}/webhook/${path}`;
		await saveInWecom(async () => await sim.bots.saveCallback(botId, { ...callback, url }));
		const words = 'One two three four five six seven eight';
		sim.control.setScript([{ say: words, wordMs: 500 }]);
		// Whichever process gets the message, and whichever gets the reply of the worker.
		for (let one = 1; one <= 2; one++) {
			const { msgid } = await sim.bots.say(botId, { from: `person${one}`, text: 'Count' });
			const answers = await sim.bots.waitForReply(msgid, { timeoutMs: 60_000 });
			expect(answers).toHaveLength(1);
			const texts = answers[0].stream!.updates.map(({ content }) => content);
			expect(texts.at(-1)).toBe(words);
			const between = new Set(texts.filter((text) => text !== 'Thinking…' && text !== words));
			expect(between.size).toBeGreaterThan(0);
			for (const text of between) expect(words.startsWith(text)).toBe(true);
		}
		const executions = await rest.waitForExecutions(workflow.id, 2);
		expect(executions.map((execution) => itemsOf(execution, 'Reply')[0].via)).toEqual(
			Array(2).fill('stream'),
		);
	});

	it('a login that begins at one process ends at the other', async () => {
		const { balancer, rest } = queue;
		sim.control.setApp(DEMO_APP.agentid, { trustedDomains: [new URL(balancer.url).host] });
		const login = {
			name: 'Login',
			type: LOGIN,
			parameters: { path: 'processes/login' },
			credentials: uses(credential),
		};
		const { id } = await publish('processes/login', [login], 'GET');
		balancer.pin(0);
		const { back, cookies } = await begin(`${balancer.url}/webhook/processes/login`, 'zhangsan');
		balancer.pin(1);
		expect((await visit(back, cookies)).status).toBe(200);
		const [execution] = await rest.waitForExecutions(id, 1);
		expect(itemsOf(execution, 'Login')).toMatchObject([{ userid: 'zhangsan' }]);
	});

	withCompiler()('the chat archive', () => {
		it('is read once, and the worker runs the executions', async () => {
			const { rest, worker } = queue;
			buildBridge();
			const store = new ArchiveStore(mkdtempSync(join(tmpdir(), 'wecom-kit-archive-')));
			store.addKey(1);
			const bridge = await startBridge(bridgeEnvironment(store));
			try {
				const { url, token } = bridge;
				const archive = await rest.createCredential('Archive', 'wecomChatArchiveApi', {
					bridgeUrl: url,
					bridgeToken: token,
				});
				const node: WorkflowNode = {
					name: 'Archive',
					type: 'n8n-nodes-wecom-kit.wecomChatArchiveTrigger',
					parameters: { events: ['*'], startFrom: 'oldest', options: { batchSize: 25 } },
					credentials: { wecomChatArchiveApi: { id: archive.id, name: archive.name } },
				};
				const done: WorkflowNode = { name: 'Done', type: 'n8n-nodes-base.noOp' };
				const { id } = await rest.createWorkflow({
					name: 'Archive',
					nodes: [node, done],
					connections: chain('Archive', 'Done'),
				});
				const samples = sampleMessages(join(repoRoot, 'test/fixtures/chat-archive-samples.json'));
				store.fill(
					150,
					samples.map(({ plain }) => plain),
				);
				await rest.activate(id);
				const executions = await rest.waitForExecutions(id, 6, 60_000);
				await rest.deactivate(id);
				const seqs = executions
					.flatMap((execution) => itemsOf(execution, 'Done'))
					.map(({ wecom }) => Number((wecom as IDataObject).seq));
				expect(seqs.sort((a, b) => a - b)).toEqual(Array.from({ length: 150 }, (_, i) => i + 1));
				for (const execution of executions)
					expect(worker.logs()).toContain(`execution ${execution.id}`);
			} finally {
				await bridge.stop();
				rmSync(store.folder, { recursive: true, force: true });
			}
		});
	});
});
