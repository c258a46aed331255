/** An AI bot in callback mode through the real n8n: streams that WeCom asks after, an AI Agent, response_url, files, cards. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { DEMO_CALLBACK_BOT } from '../../simulator/bot/data.cts';
import { browserOrSkip, screenshot, withEditor } from '../support/browser.cts';
import { closeNode, openNode, openWorkflow, parameter } from '../support/editor.cts';
import type { Credential, Workflow, WorkflowNode } from '../support/n8n-rest.cts';
import { chain, itemsOf, saveInWecom, START_TIMEOUT, TRIGGER, useN8n, WECOM } from './support.cts';

const surroundings = useN8n();
const { botId, callback } = DEMO_CALLBACK_BOT;
const bots = () => surroundings().sim.bots;
const FIRST = { botOptions: { firstAnswer: 'Thinking…' } };
const WAITS = { responseMode: 'responseNode' };
let bot: Credential;

beforeAll(async () => {
	const { token, encodingAesKey } = callback;
	bot = await surroundings().rest.createCredential('Bot', 'wecomBotApi', { token, encodingAesKey });
	bots().setPollInterval(250);
}, START_TIMEOUT);

const uses = () => ({ wecomBotApi: { id: bot.id, name: bot.name } });
const botNode = (operation: string, parameters: object = {}, name = operation): WorkflowNode => ({
	name,
	type: WECOM,
	parameters: { resource: 'bot', operation, ...parameters },
	credentials: uses(),
});
const wait = (seconds: number): WorkflowNode => ({
	name: 'Wait',
	type: 'n8n-nodes-base.wait',
	typeVersion: 1.1,
	webhookId: 'wait',
	parameters: { amount: seconds, unit: 'seconds' },
});

let paths = 0;
/** A published workflow behind a trigger of the bot, whose URL is saved in WeCom as a person would. */
async function publish(
	parameters: object,
	after: WorkflowNode[],
	more: { nodes?: WorkflowNode[]; connections?: object } = {},
): Promise<Workflow> {
	const { rest, n8n } = surroundings();
	const path = `bot/${++paths}`;
	const trigger = {
		name: 'WeCom Trigger',
		type: TRIGGER,
		parameters: { source: 'bot', path, ...parameters },
		credentials: uses(),
	};
	const row = [trigger, ...after];
	const workflow = await rest.createWorkflow({
		name: path,
		nodes: [...row, ...(more.nodes ?? [])],
		connections: { ...chain(...row.map(({ name }) => name)), ...more.connections } as never,
	});
	await rest.activate(workflow.id);
	await rest.waitForWebhook('POST', path);
	const url = `${n8n.url}/webhook/${path}`;
	await saveInWecom(async () => await bots().saveCallback(botId, { ...callback, url }));
	return workflow;
}
const execution = async ({ id }: Workflow) => {
	const [first] = await surroundings().rest.waitForExecutions(id, 1, 30_000);
	expect(first.status).toBe('success');
	return first;
};
/** What a busy machine does not answer in time is asked again, if it is a question after a stream. */
const problems = () =>
	bots()
		.outcomes()
		.filter(({ problem, error, refresh }) => problem ?? (refresh ? undefined : error));

it('a stream begins at once, grows while WeCom asks, and ends with the last step', async () => {
	const workflow = await publish(FIRST, [
		botNode('streamReply', { content: 'One' }, 'one'),
		wait(1),
		botNode('streamReply', { content: ', two' }, 'two'),
		botNode('streamReply', { step: 'finish', content: ', three' }, 'end'),
	]);
	const { msgid, outcomes } = await bots().say(botId, { text: 'count' });
	// The first step may be there before the answer goes out, the end is not.
	const first = expect.stringMatching(/^(Thinking…|One)$/);
	expect(outcomes[0].reply).toMatchObject({ stream: { content: first, finish: false } });
	const [entry] = await bots().waitForReply(msgid, { timeoutMs: 20_000 });
	const shown = entry.stream!.updates.map(({ content }) => content);
	const steps = ['Thinking…', 'One', 'One, two', 'One, two, three'];
	// The second step is seen where a question came before the end.
	expect(shown).toEqual(expect.arrayContaining(['One', 'One, two, three']));
	const places = shown.map((content) => steps.indexOf(content));
	expect(places).toEqual([...places].sort());
	expect(places).not.toContain(-1);
	expect(entry.stream).toMatchObject({ finish: true });
	const run = await execution(workflow);
	expect(['one', 'two', 'end'].map((name) => itemsOf(run, name)[0].via)).toEqual([
		'stream',
		'stream',
		'stream',
	]);
	expect((await surroundings().rest.listExecutions({ workflowId: workflow.id })).length).toBe(1);
	expect(problems()).toEqual([]);
});

it('the reply behind an AI Agent takes its answer and finds its message by itself', async () => {
	const asked: unknown[] = [];
	const model = http.createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as { stream?: boolean };
			asked.push(body);
			const choice = { index: 0, finish_reason: 'stop' };
			const base = { id: 'x', created: 1, model: 'm' };
			const message = { role: 'assistant', content: 'I am **fine**.' };
			if (!body.stream) {
				response.setHeader('content-type', 'application/json');
				const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
				response.end(
					JSON.stringify({
						...base,
						object: 'chat.completion',
						choices: [{ ...choice, message }],
						usage,
					}),
				);
				return;
			}
			response.setHeader('content-type', 'text/event-stream');
			const chunk = {
				...base,
				object: 'chat.completion.chunk',
				choices: [{ ...choice, delta: message }],
			};
			response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
		});
	});
	await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve));
	try {
		const url = `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1`;
		const openAi = await surroundings().rest.createCredential('Model', 'openAiApi', {
			apiKey: 'none',
			url,
			header: false,
		});
		const workflow = await publish(
			{ botOptions: { firstAnswer: 'Thinking…', stripMention: true } },
			[
				{
					name: 'AI Agent',
					type: '@n8n/n8n-nodes-langchain.agent',
					typeVersion: 2.2,
					parameters: {},
				},
				botNode('reply'),
			],
			{
				nodes: [
					{
						name: 'Model',
						type: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
						typeVersion: 1.2,
						parameters: { model: { __rl: true, mode: 'id', value: 'm' } },
						credentials: { openAiApi: { id: openAi.id, name: openAi.name } },
					},
				],
				connections: {
					Model: { ai_languageModel: [[{ node: 'AI Agent', type: 'ai_languageModel', index: 0 }]] },
				},
			},
		);
		const { msgid } = await bots().say(botId, {
			from: 'lisi',
			chatid: 'team',
			text: 'How are you?',
		});
		const [entry] = await bots().waitForReply(msgid, { timeoutMs: 60_000 });
		expect(entry).toMatchObject({ text: 'I am **fine**.', stream: { finish: true } });
		const run = await execution(workflow);
		expect(itemsOf(run, 'AI Agent')).toEqual([{ output: 'I am **fine**.' }]);
		expect(itemsOf(run, 'reply')).toEqual([{ via: 'stream', botId, msgid }]);
		// The agent has asked with the text of the message, without the mention.
		expect(JSON.stringify(asked)).toContain('"content":"How are you?"');
		expect(problems()).toEqual([]);
	} finally {
		model.closeAllConnections();
		model.close();
	}
});

it('without any setting a reply goes to the response_url, and the failure of a second one tells why', async () => {
	const workflow = await publish({}, [
		botNode('reply', { content: '=You said {{ $json.text.content }}' }),
		{ ...botNode('reply', { content: 'again' }, 'again'), onError: 'continueRegularOutput' },
	]);
	const { msgid, outcomes } = await bots().say(botId, { text: 'hello' });
	expect(outcomes).toEqual([expect.objectContaining({ status: 200 })]);
	expect(outcomes[0].reply).toBeUndefined();
	const [entry] = await bots().waitForReply(msgid, { timeoutMs: 20_000 });
	expect(entry).toMatchObject({ via: 'response_url', text: 'You said hello' });
	const run = await execution(workflow);
	expect(itemsOf(run, 'reply')[0].via).toBe('responseUrl');
	expect(itemsOf(run, 'again')[0].error).toMatchObject({
		message: expect.stringContaining('846606'),
	});
	expect(JSON.stringify(itemsOf(run, 'again'))).not.toContain('response_code=');
});

it('a workflow that replies in time is the answer itself; a late one still reaches the person', async () => {
	await publish(WAITS, [botNode('reply', { content: 'quick' })]);
	const quick = await bots().say(botId, { text: 'now' });
	expect(quick.outcomes[0].reply).toMatchObject({
		msgtype: 'stream',
		stream: { content: 'quick', finish: true },
	});
	await publish(WAITS, [wait(6), botNode('reply', { content: 'slow' })]);
	const slow = await bots().say(botId, { text: 'later' });
	expect(slow.outcomes).toEqual([expect.objectContaining({ status: 200 })]);
	expect(slow.outcomes[0].ms).toBeLessThan(5_000);
	const [entry] = await bots().waitForReply(slow.msgid, { timeoutMs: 20_000 });
	expect(entry).toMatchObject({ via: 'response_url', text: 'slow' });
	expect(problems()).toEqual([]);
});

it('files arrive decrypted as binary data, with the type n8n finds in them', async () => {
	const workflow = await publish({ botOptions: { downloadMedia: true } }, [
		{
			name: 'Extract',
			type: 'n8n-nodes-base.extractFromFile',
			typeVersion: 1,
			parameters: { operation: 'text' },
		},
	]);
	const text = Buffer.from('Umsatz 42 €', 'utf8').toString('base64');
	await bots().say(botId, { file: { filename: 'a.txt', base64: text } });
	const run = await execution(workflow);
	expect(itemsOf(run, 'Extract')).toEqual([expect.objectContaining({ data: 'Umsatz 42 €' })]);
	expect(itemsOf(run, 'WeCom Trigger')[0]).toMatchObject({
		msgtype: 'file',
		wecom: { media: [{ path: 'file', type: 'file', binary: 'data' }] },
	});
});

it('a welcome with buttons, and another card in its place once one was clicked', async () => {
	const buttons = {
		msgtype: 'template_card',
		card_type: 'button_interaction',
		main_title: 'Welcome',
		button_list: { row: [{ text: 'Start', key: 'start' }] },
	};
	await publish({ ...WAITS, events: ['bot:enter_chat'] }, [botNode('welcome', buttons)]);
	const entered = await bots().enterChat(botId, { from: 'wangwu' });
	const [{ card }] = await bots().waitForReply(entered.msgid);
	await publish({ ...WAITS, events: ['bot:template_card_event'] }, [
		botNode('updateCard', {
			main_title: '={{ $json.event.template_card_event.event_key }}ed',
			card_url: 'https://example.com',
		}),
	]);
	const taskId = String(card!.task_id);
	const { outcomes } = await bots().clickCard(botId, { taskId, eventKey: 'start' });
	expect(outcomes[0].problem).toBeUndefined();
	expect(
		bots()
			.transcript({ botId })
			.find((entry) => entry.card?.task_id === taskId)?.card,
	).toMatchObject({
		card_type: 'text_notice',
		main_title: { title: 'started' },
	});
});

it('the credential is tested by its form', async () => {
	const { rest } = surroundings();
	const tested = async (data: object) =>
		await rest.testCredential((await rest.createCredential('Tested', 'wecomBotApi', data)).id);
	const { token, encodingAesKey } = callback;
	expect(await tested({ token, encodingAesKey })).toMatchObject({ status: 'OK' });
	expect(await tested({ token, encodingAesKey: 'short' })).toMatchObject({
		status: 'Error',
		message: expect.stringContaining('43'),
	});
});

browserOrSkip()('in the editor', () => {
	it(
		"the form asks for the bot's credential alone, and shows what the choice needs",
		async () => {
			const { n8n, rest, credential } = surroundings();
			const card = { msgtype: 'template_card', card_type: 'button_interaction', main_title: 'Hi' };
			const message = {
				name: 'Message',
				type: WECOM,
				parameters: { resource: 'message', operation: 'send', content: 'x' },
				credentials: { wecomApi: { id: credential.id, name: credential.name } },
			};
			const trigger = {
				name: 'WeCom Trigger',
				type: TRIGGER,
				parameters: { source: 'bot', path: 'bot/editor', ...FIRST },
				credentials: uses(),
			};
			const nodes = [trigger, botNode('welcome', card), botNode('reply'), message];
			const names = nodes.map(({ name }) => name);
			const { id } = await rest.createWorkflow({
				name: 'Editor',
				nodes,
				connections: chain(...names),
			});
			await withEditor(n8n, async (page) => {
				await openWorkflow(page, id);
				const shows = async (fields: string[], hides: string[]) => {
					for (const name of fields) await parameter(page, name).first().waitFor();
					for (const name of hides) expect(await parameter(page, name).count()).toBe(0);
				};
				await openNode(page, 'WeCom Trigger');
				await shows(['events', 'path', 'responseMode'], ['quickReply']);
				await screenshot(page, 'bot-trigger');
				await closeNode(page);
				await openNode(page, 'welcome');
				await shows(
					['resource', 'operation', 'msgtype', 'card_type', 'main_title'],
					['authentication', 'content', 'card_url'],
				);
				await screenshot(page, 'bot-welcome');
				await closeNode(page);
				await openNode(page, 'reply');
				await shows(['msgtype', 'content'], ['card_type', 'binaryPropertyName']);
				await screenshot(page, 'bot-reply');
				await closeNode(page);
				await openNode(page, 'Message');
				await shows(['msgtype', 'content'], ['card_type', 'replyOptions']);
				await screenshot(page, 'bot-other-resource');
			});
		},
		START_TIMEOUT,
	);
});

it('keeps every secret out of the log', () => {
	const logs = surroundings().n8n.logs();
	for (const secret of [callback.token, callback.encodingAesKey, 'response_code='])
		expect(logs).not.toContain(secret);
});
