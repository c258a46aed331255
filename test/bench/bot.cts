/** What an AI Agent says, on its way into the chat, over both ways of connecting a bot: alone, and with 20 people who ask at once. */
import { DEMO_BOT, DEMO_CALLBACK_BOT } from '../../simulator/bot/data.cts';
import type { ChatEntry } from '../../simulator/bot/state.cts';
import { MODEL_KEY } from '../../simulator/chat-model.cts';
import type { Simulator } from '../../simulator/server.cts';
import { agentWorkflow } from '../support/agent-workflow.cts';
import { say } from '../support/child.cts';
import type { Credential, N8nRest, WorkflowNode } from '../support/n8n-rest.cts';
import { sleep, until } from '../support/wait.cts';
import { BARE_NODE } from './bare-trigger.cts';
import { atMost, information, type Row } from './report.cts';
import { median } from './stats.cts';
import { botCredentialData } from '../support/credentials.cts';

const ALONE = 5;
const AT_ONCE = 20;
const THINKS_MS = 1_500;
const WORDS = 40;
const WORD_MS = 150;
const ANSWER = Array.from({ length: WORDS }, (_, index) => `word${index + 1}`).join(' ');
const FIRST_ANSWER = 'Thinking…';
const PATH = 'bench-bot';
const MODEL_PATH = '/v1/chat/completions';
/** One busy machine, all of them at once. */
const WITHIN_MS = 120_000;

/** One question and what came of it; milliseconds. */
interface Answered {
	/** From the message until the model is asked. */
	toModel: number;
	/** From the first word of the model until words of it are in the chat; what WeCom lets pass between two questions is its own. */
	toChat: number;
	/** Callback mode: how long the questions took that were asked while the model spoke, and so found something new. */
	questions: number[];
	/** Frames a second, between the first one with words and the last one before the end. */
	rate: number;
	/** As it should be, and nothing else. */
	isWhole: boolean;
}

interface Way {
	name: string;
	botId: string;
	trigger: WorkflowNode;
}

export async function botRows(rest: N8nRest, sim: Simulator): Promise<Row[]> {
	const connection = await rest.createCredential(
		'Bot (bench)',
		'wecomBotApi',
		botCredentialData(sim),
	);
	const { token, encodingAesKey } = DEMO_CALLBACK_BOT.callback;
	const byUrl = await rest.createCredential('Bot by URL (bench)', 'wecomBotApi', {
		token,
		encodingAesKey,
	});
	const options = { firstAnswer: FIRST_ANSWER };
	const ways: Way[] = [
		{
			name: 'long connection',
			botId: DEMO_BOT.botId,
			trigger: {
				name: 'Trigger',
				type: 'n8n-nodes-wecom-kit.wecomBotTrigger',
				parameters: { events: ['bot:text'], options },
				credentials: uses(connection),
			},
		},
		{
			name: 'callback mode',
			botId: DEMO_CALLBACK_BOT.botId,
			trigger: {
				name: 'Trigger',
				type: 'n8n-nodes-wecom-kit.wecomTrigger',
				parameters: { source: 'bot', path: PATH, events: ['bot:text'], botOptions: options },
				credentials: uses(byUrl),
			},
		},
	];
	const model = await rest.createCredential('Model (bench)', 'openAiApi', {
		apiKey: MODEL_KEY,
		url: `${sim.url}/v1`,
	});
	const rows: Row[] = [];
	for (const way of ways) rows.push(...(await rowsOf(rest, sim, way, model)));
	return rows;
}

const uses = ({ id, name }: Credential) => ({ wecomBotApi: { id, name } });

async function rowsOf(rest: N8nRest, sim: Simulator, way: Way, model: Credential): Promise<Row[]> {
	const { id } = await publish(rest, sim, way, model);
	await untilStreaming(rest, sim, way);
	say(`An AI bot, ${way.name}: ${ALONE} answers one by one, ${AT_ONCE} at once ...`);
	sim.control.setScript([{ say: ANSWER, delayMs: THINKS_MS, wordMs: WORD_MS }]);
	const alone: Answered[] = [];
	const { botId } = way;
	for (let one = 0; one < ALONE; one++) alone.push(await ask(sim, way, `${botId}-alone${one}`));
	const people = Array.from({ length: AT_ONCE }, (_, one) => `${botId}-together${one}`);
	const together = await Promise.all(people.map(async (from) => await ask(sim, way, from)));
	const all = [...alone, ...together];
	const isConnection = way.botId === DEMO_BOT.botId;
	const bare = isConnection ? await bareAnswers(rest, sim, way) : [];
	await rest.deactivate(id);
	const times = (answers: Answered[], of: 'toChat' | 'toModel') => answers.map((one) => one[of]);
	return [
		atMost(
			`${way.name}: from the model's first word to the chat`,
			median(times(alone, 'toChat')),
			500,
			'ms',
		),
		atMost(
			`  with ${AT_ONCE} answers at once, the median`,
			median(times(together, 'toChat')),
			500,
			'ms',
		),
		information(`  and the slowest`, `${Math.max(...times(together, 'toChat'))} ms`),
		...(isConnection
			? [
					atMost(
						'  frames a second in one stream, at most',
						// Frames leave a second apart; on their way they may come a little closer.
						Math.round(Math.max(...all.map(({ rate }) => rate)) * 100) / 100,
						1,
						'a second',
						2,
					),
					information(
						'  a bare trigger that only answers, asked once a second for each of them meanwhile',
						`${median(bare).toFixed(0)} ms`,
					),
				]
			: questionRows(sim, together)),
		information(
			'  from the message to the model, alone and at once',
			[alone, together].map((some) => `${median(times(some, 'toModel')).toFixed(0)} ms`).join(', '),
		),
		atMost(
			'  answers that are not whole',
			all.filter(({ isWhole }) => !isWhole).length,
			0,
			'answers',
		),
	];
}

async function publish(
	rest: N8nRest,
	sim: Simulator,
	{ name, botId, trigger }: Way,
	model: Credential,
): Promise<{ id: string }> {
	const workflow = await rest.createWorkflow({
		name: `bench: ${name}`,
		...agentWorkflow(trigger, model),
	});
	await rest.activate(workflow.id);
	if (botId === DEMO_BOT.botId) {
		await sim.bots.waitForConnection(botId);
		return workflow;
	}
	await rest.waitForWebhook('POST', PATH);
	const { callback } = DEMO_CALLBACK_BOT;
	const url = `${rest.n8n.url}/webhook/${PATH}`;
	const saved = await sim.bots.saveCallback(botId, { ...callback, url });
	if (!saved.ok) throw new Error('WeCom did not take the URL of the bot');
	return workflow;
}

/** The first answers come whole: n8n registers webhooks in the background, and loads its agents. */
async function untilStreaming(rest: N8nRest, sim: Simulator, { botId }: Way): Promise<void> {
	sim.control.setScript([{ say: 'Ready' }]);
	await until(
		'answers do not stream',
		async () => {
			const { msgid } = await sim.bots.say(botId, { from: 'warm', text: 'Ready?' });
			await sim.bots.waitForReply(msgid, { timeoutMs: 60_000 });
			const [{ id }] = await rest.listExecutions({});
			return (await rest.waitForExecution(id)).mode === 'webhook';
		},
		{ within: 60_000, every: 200 },
	);
}

/** A person asks, each in a chat of their own; the question names them and the bot, so that it is found in what the model was asked. */
async function ask(sim: Simulator, { botId }: Way, from: string): Promise<Answered> {
	const text = `${from} asks`;
	const sentAt = Date.now();
	const { msgid } = await sim.bots.say(botId, { from, text });
	const [entry] = await sim.bots.waitForReply(msgid, { timeoutMs: WITHIN_MS });
	const question = sim.requests.find(
		({ path, body }) => path === MODEL_PATH && JSON.stringify(body).includes(text),
	)!;
	const growing = framesWithWords(entry);
	const [first, last] = [growing[0], growing[growing.length - 1]];
	return {
		toModel: question.at - sentAt,
		toChat: openBetween(questionsOf(sim, entry), question.spokeAt!, first.at),
		questions: questionsOf(sim, entry)
			.filter(({ at, ms }) => at - ms > first.at && at < last.at)
			.map(({ ms }) => ms),
		rate: growing.length > 1 ? (growing.length - 1) / ((last.at - first.at) / 1_000) : 0,
		isWhole: entry.text === ANSWER && growing.length > 1,
	};
}

/** WeCom's questions after the stream of an answer; none over a long connection. */
const questionsOf = (sim: Simulator, { stream }: ChatEntry) =>
	sim.bots.outcomes().filter(({ refresh, reply }) => refresh && reply?.stream?.id === stream!.id);

/** How long words could have gone out before they did: all the time over a long connection, else while a question was open. */
function openBetween(questions: Array<{ at: number; ms: number }>, from: number, to: number) {
	if (questions.length === 0) return to - from;
	const open = questions.map(({ at, ms }) => Math.min(at, to) - Math.max(at - ms, from));
	return open.reduce((sum, ms) => sum + Math.max(0, ms), 0);
}

/**
 * What n8n itself needs for such a question: a bare trigger that answers and starts nothing is asked as often, a second after each
 * answer, while as many agents speak over long connections.
 */
async function bareAnswers(rest: N8nRest, sim: Simulator, { botId }: Way): Promise<number[]> {
	const path = 'bench-bot-bare';
	const trigger = { name: 'Trigger', type: BARE_NODE, parameters: { path } };
	const { id } = await rest.createWorkflow({ name: path, nodes: [trigger] });
	await rest.activate(id);
	await rest.waitForWebhook('POST', path);
	const people = Array.from({ length: AT_ONCE }, (_, one) => `${botId}-bare${one}`);
	const sent = people.map(
		async (from) => await sim.bots.say(botId, { from, text: `${from} asks` }),
	);
	const times: number[] = [];
	await Promise.all(
		sent.map(async (message) => {
			const { msgid } = await message;
			const said = () => sim.bots.transcript({ replyTo: msgid })[0]?.stream;
			while (!said()?.finish) {
				await sleep(1_000);
				const speaks = (said()?.updates.length ?? 0) > 1;
				const started = performance.now();
				await fetch(`${rest.n8n.url}/webhook/${path}?answer=only`, { method: 'POST' });
				if (speaks) times.push(performance.now() - started);
			}
		}),
	);
	await rest.deactivate(id);
	return times;
}

function questionRows(sim: Simulator, together: Answered[]): Row[] {
	const asked = together.flatMap(({ questions }) => questions);
	const lost = sim.bots.outcomes().filter(({ refresh, error }) => refresh && error).length;
	return [
		information(
			'  the answer to a question of WeCom meanwhile, the median',
			`${median(asked).toFixed(0)} ms`,
		),
		atMost('  questions not answered in five seconds', lost, 0, 'questions'),
	];
}

const framesWithWords = ({ stream }: ChatEntry) =>
	stream!.updates.filter(({ content, finish }) => !finish && content !== FIRST_ANSWER);
