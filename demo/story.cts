/** What happens in the demo: callbacks arrive, a broadcast goes out, somebody logs in, two people write to an AI bot, an archived chat is summarized. The facts are collected for the summary and the check. */
import { sleep } from '../test/support/wait.cts';
import type { Execution } from '../test/support/execution.cts';
import { http } from '../test/support/http.cts';
import type { N8nRest } from '../test/support/n8n-rest.cts';
import { DEMO_BOT } from '../simulator/bot/data.cts';
import type { ChatEntry } from '../simulator/bot/state.cts';
import type { ScriptLine } from '../simulator/chat-model.cts';
import { DEMO_APP } from '../simulator/demo-data.cts';
import type { Attempt, VerifyResult } from '../simulator/pusher.cts';
import type { Simulator } from '../simulator/server.cts';
import { ARCHIVE_SUMMARY } from './archive.cts';
import { allExecutions, type DemoWorkflows, type WorkflowKey } from './workflows.cts';

const APP = DEMO_APP.agentid;
const TIMEOUT = 30_000;
/** Longer than n8n needs to start an execution. */
const SETTLE_MS = 1_500;

/** Who writes what; the names are those of the simulator's directory. */
export const TEXTS = [
	{ from: 'zhangsan', name: '张三', text: '服务器机房开门了吗？' },
	{
		from: 'emma.brown',
		name: 'Emma Brown',
		text: 'Any news about order #42? <b>Urgent</b> & dear',
	},
	{ from: 'U0025', name: '罗小𠮷', text: '好的 👍' },
] as const;

export const LOGIN = { userid: 'chenjing', mail: 'chenjing@yunfan.example' };
/** As WeCom's own browser names itself: people with it are asked for their details. */
const WECOM_APP = 'Mozilla/5.0 (Linux; Android 14) wxwork/4.1.38 MicroMessenger/7.0.1';

/** What is asked, and what the bot answers in the end. */
export const CHATS = [
	{
		from: 'lisi',
		chat: 'lisi',
		text: 'Who is emma.brown?',
		answer: 'Emma Brown is Account Director, phone 13800000015.',
	},
	{
		from: 'wangfang',
		chatid: 'demo-group',
		chat: 'demo-group',
		text: '今天谁值班？',
		answer: '今天张三值班。',
	},
] as const;

/** The chat model of the demo has a script in place of a mind; the agent, its tool and the bot are real. */
export const SCRIPT: ScriptLine[] = [
	{ when: 'Summarize this conversation', say: ARCHIVE_SUMMARY },
	{
		when: 'emma.brown',
		calls: [{ arguments: { userid: 'emma.brown' } }],
		say: '{result.name} is {result.position}, phone {result.mobile}.',
		wordMs: 600, // So slowly that the chat shows parts of it.
	},
	{ when: '值班', say: CHATS[1].answer },
	{
		say: 'I am a script that knows about emma.brown and 值班 only, and say a word at a time, as a model does. You wrote: {input}',
		wordMs: 250,
	},
];

export interface Callback {
	what: string;
	attempts: Attempt[];
	/** Whether it should start a workflow; if not, why not. */
	ignored?: string;
}

export interface LoginFacts {
	/** What a person opens. */
	link: string;
	/** Where it sent the person after "Allow". */
	redirect: string;
	status: number;
	contentType: string;
	page: string;
}

export interface Story {
	callbackUrl: string;
	verification: VerifyResult;
	callbacks: Callback[];
	login: LoginFacts;
	/** What the chats with the AI bot show in the end. */
	chats: ChatEntry[];
	executions: Record<WorkflowKey, Execution[]>;
}

export async function playStory(
	simulator: Simulator,
	rest: N8nRest,
	workflows: DemoWorkflows,
	withArchive: boolean,
): Promise<Story> {
	const { url } = rest.n8n;
	const callbackUrl = `${url}/webhook/wecom`;
	const { token, encodingAesKey } = DEMO_APP.callback;
	const verification = await simulator.control.saveCallback(APP, {
		url: callbackUrl,
		token,
		encodingAesKey,
	});
	if (!verification.ok)
		throw new Error(`The callback URL was not accepted: ${verification.reason ?? ''}`);

	const callbacks = await pushCallbacks(simulator);
	await rest.waitForExecutions(workflows.reply.id, TEXTS.length, TIMEOUT);
	await rest.waitForExecution(
		await rest.runManually(workflows.broadcast.id, 'Run It Now'),
		TIMEOUT,
	);
	const login = await logIn(url);
	await rest.waitForExecutions(workflows.login.id, 1, TIMEOUT);
	const chats = await chat(simulator);
	await rest.waitForExecutions(workflows.bot.id, CHATS.length, TIMEOUT);
	if (withArchive) await rest.waitForExecutions(workflows.archive.id, 1, TIMEOUT);
	await sleep(SETTLE_MS); // By then whatever should not have started would be there.
	const executions = await allExecutions(rest, workflows);
	return { callbackUrl, verification, callbacks, login, chats, executions };
}

async function pushCallbacks({ control }: Simulator): Promise<Callback[]> {
	const callbacks: Callback[] = [];
	let first = '';
	for (const { from, text } of TEXTS) {
		const fields = { FromUserName: from, Content: text };
		const { attempts, xml } = await control.push(APP, { kind: 'text', fields });
		callbacks.push({ what: `text from ${from}`, attempts });
		first ||= xml;
	}
	const { attempts: again } = await control.push(APP, first);
	callbacks.push({
		what: `the same text from ${TEXTS[0].from} again`,
		attempts: again,
		ignored: 'a duplicate',
	});
	const image = { kind: 'image', fields: { FromUserName: 'lisi' } };
	const { attempts: filtered } = await control.push(APP, image);
	callbacks.push({
		what: 'image from lisi',
		attempts: filtered,
		ignored: 'filtered out by Trigger On',
	});
	const forged = { kind: 'text', fields: { FromUserName: 'wangfang', Content: 'forged' } };
	const { attempts: refused } = await control.push(APP, forged, {
		tamper: 'signature',
		retries: 0,
	});
	callbacks.push({
		what: 'text with a wrong signature',
		attempts: refused,
		ignored: 'refused',
	});
	return callbacks;
}

/** The bot's workflow holds a connection: nothing has to be entered in WeCom. */
async function chat({ bots }: Simulator): Promise<ChatEntry[]> {
	const { botId } = DEMO_BOT;
	await bots.waitForConnection(botId, { timeoutMs: TIMEOUT });
	const sent = await Promise.all(CHATS.map(async (message) => await bots.say(botId, message)));
	for (const { msgid } of sent) await bots.waitForReply(msgid, { timeoutMs: TIMEOUT });
	return bots.transcript({ botId });
}

/** The URL of the login trigger. */
export const loginLink = (n8nUrl: string): string => `${n8nUrl}/webhook/wecom-login`;

/** Does what WeCom's browser does when a person opens the link and presses "Allow". */
async function logIn(n8nUrl: string): Promise<LoginFacts> {
	const link = loginLink(n8nUrl);
	const agent = { 'user-agent': WECOM_APP };
	const sent = await http(link, { headers: agent });
	const page = sent.headers.location ?? '';
	const [cookie] = (sent.headers['set-cookie'] ?? ['']).map((one) => one.split(';')[0]);
	const question = await http(page, { headers: agent });
	if (!question.text.includes('value="allow"'))
		throw new Error(`The authorization page does not ask: ${question.text}`);
	const decision = new URLSearchParams({ who: `user:${LOGIN.userid}`, decision: 'allow' });
	const headers = { ...agent, 'content-type': 'application/x-www-form-urlencoded' };
	const allowed = await http(page, { method: 'POST', headers, body: decision.toString() });
	const redirect = allowed.headers.location ?? '';
	const {
		status,
		headers: answered,
		text,
	} = await http(redirect, { headers: { ...agent, cookie } });
	return { link, redirect, status, contentType: answered['content-type'] ?? '', page: text };
}
