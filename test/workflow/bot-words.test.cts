/** A bot in callback mode while agents speak: what they say goes into the stream that WeCom asks for. */
import { watchTimings } from '../../nodes/shared/bot/executionWatch';
import type { BotControl } from '../../simulator/bot/control.cts';
import { DEMO_CALLBACK_BOT } from '../../simulator/bot/data.cts';
import { until } from '../support/wait.cts';
import { agentLine as line, agentNode, BotInstance } from './bot-support.cts';
import { useSimulator } from './support.cts';

const { botId, callback } = DEMO_CALLBACK_BOT;
const simulator = useSimulator();
const n8n = new BotInstance();
const watchTimes = { ...watchTimings };
const PATIENT = { timeoutMs: 18_000 };
let bots: BotControl;

beforeAll(async () => await n8n.start());
afterAll(async () => await n8n.stop());
beforeEach(() => {
	n8n.reset();
	n8n.streams = true;
	n8n.nodes = [agentNode('')];
	n8n.parameters = { botOptions: { firstAnswer: 'Thinking…', closingText: 'Sorry' } };
	({ bots } = simulator());
	bots.setBot(botId, { callback: { ...callback, url: n8n.callbackUrl } });
	bots.setPollInterval(20);
});
afterEach(() => void Object.assign(watchTimings, watchTimes));

let people = 0;
/** Each time somebody else: a person waits for three answers at most, also across tests. */
async function asked() {
	const from = `person${++people}`;
	const said = await bots.say(botId, { from, text: 'hello' });
	const shown = () => bots.transcript({ replyTo: said.msgid })[0];
	const shows = async (text: string) =>
		await until(`'${text}' is shown`, () => shown()?.text === text, {
			within: 15_000,
		});
	return { ...said, execution: n8n.streamed.at(-1)!, shown, shows };
}
const problems = () => bots.outcomes().filter(({ problem, error }) => problem ?? error);

it('their words appear as they say them, and end the stream', async () => {
	const { execution, shows, shown, outcomes, msgid } = await asked();
	expect(outcomes[0].reply).toMatchObject({ stream: { content: 'Thinking…', finish: false } });
	expect(n8n.items[0].wecom).toMatchObject({ answerStreams: true });
	execution.write(line('begin') + line('item', 'Hello '));
	execution.write(line('item', 'wor'));
	await shows('Hello wor');
	execution.write(line('item', 'ld'));
	await shows('Hello world');
	expect(shown().stream!.finish).toBe(false);
	execution.write(line('end'));
	execution.end();
	await bots.waitForReply(msgid, PATIENT);
	expect(shown()).toMatchObject({ text: 'Hello world', stream: { finish: true } });
	expect(problems()).toEqual([]);
});

it('<think></think> is a first answer like any other', async () => {
	n8n.parameters = { botOptions: { firstAnswer: '<think></think>' } };
	const { outcomes, execution, shows } = await asked();
	expect(outcomes[0].reply).toMatchObject({ stream: { content: '<think></think>' } });
	execution.write(line('begin') + line('item', 'Well.'));
	await shows('Well.');
	execution.end();
});

it('the closing text stands below what was said when the workflow breaks off', async () => {
	const { execution, shown, msgid } = await asked();
	execution.write(line('begin') + line('item', '```js\nx') + line('error', 'no more'));
	execution.end();
	await bots.waitForReply(msgid, PATIENT);
	expect(shown().text).toBe('```js\nx\n```\n\nSorry');
});

it('an agent that waits for a tool and says nothing leaves the closing text', async () => {
	n8n.parameters = {
		botOptions: { firstAnswer: 'Thinking…', closingText: 'Sorry', toolStatus: 'Looking it up…' },
	};
	const { execution, shows, shown, msgid } = await asked();
	execution.write(line('begin') + line('item', '\n\n') + line('end'));
	await shows('Looking it up…');
	execution.write(line('error', 'the tool broke'));
	execution.end();
	await bots.waitForReply(msgid, PATIENT);
	expect(shown().text).toBe('Sorry');
});

it('an execution that goes on after an error has not failed', async () => {
	n8n.nodes = [agentNode(''), { ...agentNode(''), name: 'Log', onError: 'continueErrorOutput' }];
	const { execution, shown, msgid } = await asked();
	execution.write(line('begin') + line('item', 'I know') + line('end'));
	execution.write(line('error', 'no space', 'Log'));
	execution.end();
	await bots.waitForReply(msgid, PATIENT);
	expect(shown().text).toBe('I know');
});

it('a workflow without an agent that fails ends its stream as well, one that ends well may reply later', async () => {
	n8n.nodes = [];
	const good = await asked();
	good.execution.end();
	const bad = await asked();
	bad.execution.write(line('error', 'no connection', 'HTTP Request'));
	bad.execution.end();
	await bots.waitForReply(bad.msgid, PATIENT);
	expect(bad.shown().text).toBe('Sorry');
	expect(good.shown()).toMatchObject({ text: 'Thinking…', stream: { finish: false } });
});

describe('an execution that is stopped', () => {
	beforeEach(() => void (watchTimings.silence = 60));
	/** n8n tells it to a response that is open, every 30 seconds. */
	const beat = ({ execution }: Awaited<ReturnType<typeof asked>>) =>
		execution.writableEnded || execution.write('{"type":"keepalive"}\n');

	it('ends with the closing text below what was said', async () => {
		const { execution, shown, msgid } = await asked();
		execution.write(line('begin') + line('item', 'So'));
		await bots.waitForReply(msgid, PATIENT);
		expect(shown().text).toBe('So\n\nSorry');
	});

	it('is told from one whose agent is silent, since n8n tells that it runs', async () => {
		watchTimings.silence = 600;
		const run = await asked();
		const { execution, shows, shown, msgid } = run;
		execution.write(line('begin') + line('item', 'Let me see.'));
		const from = Date.now();
		await until('some time has gone by', () => beat(run) && Date.now() - from > 900);
		execution.write(line('item', ' Here.'));
		await shows('Let me see. Here.');
		execution.end();
		await bots.waitForReply(msgid, PATIENT);
		expect(shown().text).toBe('Let me see. Here.');
		expect(execution.writableEnded).toBe(true);
	});
});

it('a message that WeCom repeats gets what was said so far, and starts nothing', async () => {
	const { execution, shows, body } = await asked();
	execution.write(line('begin') + line('item', 'So far'));
	await shows('So far');
	const again = await bots.say(botId, {
		from: `person${people}`,
		text: 'hello',
		fields: { msgid: body.msgid },
	});
	expect(again.outcomes[0].reply).toMatchObject({ stream: { content: 'So far', finish: false } });
	expect(n8n.streamed).toHaveLength(1);
});

describe('what is said after six minutes', () => {
	const late = async () => {
		const { execution, shows, shown, msgid } = await asked();
		execution.write(line('begin') + line('item', 'A long'));
		await shows('A long');
		const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 6 * 60_000 - 10_000);
		try {
			await bots.waitForReply(msgid, PATIENT);
			execution.write(line('item', ' story'));
			execution.end();
		} finally {
			now.mockRestore();
		}
		expect(shown()).toMatchObject({ text: 'A long', stream: { finish: true } });
		return () => bots.transcript({ replyTo: msgid }).slice(1);
	};

	it('follows as a message of its own when the workflow has ended without a reply', async () => {
		const following = await late();
		await until('the rest', () => following().length > 0);
		expect(following()).toMatchObject([{ via: 'response_url', text: 'story' }]);
	});

	it('and becomes a failed execution where WeCom does not take it', async () => {
		simulator().control.inject({ path: '/cgi-bin/aibot/response', errcode: 846606 });
		const following = await late();
		await until('the failure', () => n8n.failures.length > 0);
		expect(n8n.failures).toEqual([
			expect.objectContaining({
				message: expect.stringMatching(/^The end of an answer of the AI bot is lost: .*846606/),
			}),
		]);
		expect(following()).toEqual([]);
	});
});

it('WeCom can tell what people think of it, where that is wanted', async () => {
	const plain = await asked();
	n8n.parameters = { botOptions: { firstAnswer: 'Thinking…', askForFeedback: true } };
	const { execution, shows, shown, msgid } = await asked();
	execution.write(line('begin') + line('item', 'Yes'));
	await shows('Yes');
	execution.end();
	await bots.waitForReply(msgid, PATIENT);
	const [without, { feedbackId }] = n8n.items.map(({ wecom }) => wecom as { feedbackId?: string });
	expect(without.feedbackId).toBeUndefined();
	expect(plain.shown().stream!.feedbackId).toBeUndefined();
	expect(feedbackId).toMatch(/^[0-9a-f]{32}$/);
	expect(shown().stream).toMatchObject({ feedbackId, finish: true });
	await bots.feedback(botId, { id: feedbackId!, type: 2, content: 'wrong' });
	expect(n8n.items.at(-1)!.wecom).toMatchObject({
		kind: 'bot:feedback_event',
		feedback: { id: feedbackId, rating: 'down', content: 'wrong' },
	});
	expect(problems()).toEqual([]);
});

it('a character in two pieces is shown when it is whole, and code is closed in every frame', async () => {
	const { execution, shows, shown, msgid } = await asked();
	const [high, low] = ['😀'[0], '😀'[1]];
	execution.write(line('begin') + line('item', `\`\`\`js\nlet smile = '${high}`));
	await shows("```js\nlet smile = '\n```");
	execution.write(line('item', `${low}'`));
	await shows("```js\nlet smile = '😀'\n```");
	execution.write(line('end'));
	execution.end();
	await bots.waitForReply(msgid, PATIENT);
	for (const { content } of shown().stream!.updates) expect(content).not.toMatch(/\ufffd/);
});

it('of a megabyte every frame is one that WeCom takes', async () => {
	const { execution, shown, msgid } = await asked();
	const piece = '这是一段很长的回答，里面有 **很多** 字。\n'.repeat(900);
	execution.write(line('begin'));
	for (let bytes = 0; bytes < 1 << 20; bytes += Buffer.byteLength(piece)) {
		execution.write(line('item', piece));
		await new Promise(setImmediate);
	}
	execution.write(line('end'));
	execution.end();
	await bots.waitForReply(msgid, PATIENT);
	expect(problems()).toEqual([]);
	expect(Buffer.byteLength(shown().text)).toBeGreaterThan(18_000);
});
