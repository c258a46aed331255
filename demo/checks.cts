/** `--check`: every fact the demo shows, with exact counts and contents. */
import { isDeepStrictEqual } from 'node:util';
import { outputItems } from '../test/support/execution.cts';
import type { N8n } from '../test/support/n8n.cts';
import { DEMO_BOT } from '../simulator/bot/data.cts';
import { MODEL_KEY } from '../simulator/chat-model.cts';
import { DEMO_APP, DEMO_CONTACTS, DEMO_SALES_APP } from '../simulator/demo-data.cts';
import type { Simulator } from '../simulator/server.cts';
import { ARCHIVE_SUMMARY, QUOTATION, SUPERVISOR } from './archive.cts';
import { CHATS, LOGIN, TEXTS, type Story } from './story.cts';
import { textOf } from './summary.cts';

export interface Check {
	name: string;
	ok: boolean;
	/** What was found instead. */
	found?: string;
}

const BROADCAST_DEPARTMENT = '4';
/** Department 4 and those below it. */
const SALES = 'chenjing emma.brown john-smith liuyang machao tanaka@yf xujie yangxi zhoumin';
const REGIONS = ['South China,18,42600.5', 'Overseas,7,31280', 'Key accounts,3,96000'];

export function checkStory(story: Story, simulator: Simulator): Check[] {
	return [
		...checkCallbacks(story),
		...checkReplies(story, simulator),
		...checkBroadcast(story, simulator),
		...checkLogin(story),
		...checkBot(story, simulator),
		...checkArchive(story, simulator),
		check(
			'WeCom received these messages and no other',
			simulator.messages.map(({ msgtype }) => msgtype).sort(),
			[
				...story.executions.broadcast.map(() => 'file'),
				...TEXTS.map(() => 'text'),
				...story.executions.archive.map(() => 'text'),
			],
		),
		check(
			'one access token was fetched for everything',
			simulator.control.tokenCalls(DEMO_APP.agentid),
			1,
		),
		check(
			'every request to the API was answered with errcode 0',
			simulator.requests
				.filter(({ errcode }) => errcode)
				.map(({ path, errcode }) => `${path} ${errcode}`),
			[],
		),
	];
}

/** Nothing where there is no bridge. */
function checkArchive({ executions }: Story, simulator: Simulator): Check[] {
	if (executions.archive.length === 0) return [];
	const [execution] = executions.archive;
	const items = outputItems(execution, 'WeCom Chat Archive Trigger');
	return [
		check(
			'the archived conversation came as one batch, once',
			executions.archive.map(({ status }) => status),
			['success'],
		),
		check(
			'its messages are in order, with the file',
			items.map(({ json, binary }) => binary?.data?.fileName ?? json.msgtype),
			['text', QUOTATION.fileName, 'text'],
		),
		check(
			'the supervisor got the summary',
			simulator.messages
				.filter(({ body }) => body.touser === SUPERVISOR)
				.map(({ body }) => body.text?.content),
			[ARCHIVE_SUMMARY],
		),
		check(
			"the summary is a row of n8n's data table",
			outputItems(execution, 'Keep the Summary').map(({ json }) => [json.summary, json.messages]),
			[[ARCHIVE_SUMMARY, 3]],
		),
	];
}

/** Nothing that was printed or logged may hold a secret. */
export function checkSecrets(
	simulator: Simulator,
	n8n: N8n,
	cookie: string,
	printed: string,
): Check[] {
	const apps = [DEMO_APP, DEMO_SALES_APP, DEMO_CONTACTS];
	const secrets = [
		...apps.flatMap(({ secret, callback }) => [secret, callback.token, callback.encodingAesKey]),
		...simulator.state.tokens.keys(),
		...simulator.state.tickets.keys(),
		...simulator.state.codes.keys(),
		DEMO_BOT.secret,
		MODEL_KEY,
		n8n.encryptionKey,
		cookie,
	].filter(Boolean);
	const leaked = (text: string) => secrets.filter((secret) => text.includes(secret)).length;
	return [
		check('what the demo prints holds no secret', leaked(printed), 0),
		check("n8n's log holds no secret", leaked(n8n.logs()), 0),
	];
}

function checkCallbacks({ verification, callbacks, executions }: Story): Check[] {
	const answers = callbacks.map(({ attempts }) =>
		attempts.map(({ status, body }) => `${status} ${JSON.stringify(body)}`),
	);
	const texts = answers.slice(0, TEXTS.length);
	const [duplicate, filtered, forged] = answers.slice(TEXTS.length);
	const ok = ['200 ""'];
	return [
		check(
			'URL verification: WeCom accepted the answer',
			[verification.ok, verification.status],
			[true, 200],
		),
		check(
			'text messages: answered with an empty 200 at the first attempt',
			texts,
			TEXTS.map(() => ok),
		),
		check('duplicate: acknowledged', duplicate, ok),
		check('image: acknowledged', filtered, ok),
		check('wrong signature: an empty 401', forged, ['401 ""']),
		check(
			'one execution for each text message, none for the rest',
			executions.reply
				.map((execution) => {
					const { FromUserName, Content } = outputItems(execution, 'WeCom Trigger')[0]?.json ?? {};
					return `${execution.status} ${execution.mode} ${String(FromUserName)}: ${String(Content)}`;
				})
				.sort(),
			TEXTS.map(({ from, text }) => `success webhook ${from}: ${text}`).sort(),
		),
	];
}

function checkReplies({ executions }: Story, { messages }: Simulator): Check[] {
	const sent = messages.filter(
		({ msgtype, body }) => msgtype === 'text' && body.touser !== SUPERVISOR,
	);
	return [
		check(
			'each sender got one reply, by name and with the original text',
			sent.map(({ recipients, body }) => `${recipients.join()}: ${body.text.content}`).sort(),
			TEXTS.map(({ from, name, text }) => `${from}: Hello ${name}, you wrote:\n${text}`).sort(),
		),
		check(
			"the reply's output holds the message IDs WeCom gave",
			executions.reply.map((one) => outputItems(one, 'Reply')[0]?.json.msgid).sort(),
			sent.map(({ msgid }) => msgid).sort(),
		),
	];
}

/** The schedule may strike at nine o'clock on a weekday in Shanghai: its executions are looked at like the one by hand. */
function checkBroadcast(
	{ executions: { broadcast } }: Story,
	{ messages, state }: Simulator,
): Check[] {
	const byHand = broadcast.filter(({ mode }) => mode === 'manual');
	const [message] = messages.filter(({ msgtype }) => msgtype === 'file');
	const file = state.media.get(message?.body.file.media_id);
	const day = String(outputItems(byHand[0], 'Make the Report')[0]?.json.Day);
	const csv = ['Day,Region,Orders,Amount', ...REGIONS.map((region) => `${day},${region}`)].join(
		'\n',
	);
	return [
		check(
			'broadcast: one run by hand, successful',
			byHand.map(({ status }) => status),
			['success'],
		),
		check(
			'broadcast: sent once, to the sales department and those below it',
			[message?.body.toparty, message?.body.touser, message?.recipients.slice().sort().join(' ')],
			[BROADCAST_DEPARTMENT, undefined, SALES],
		),
		check(
			'broadcast: the file arrived with its Chinese name and its content',
			[
				file?.filename,
				file?.content
					.toString('utf8')
					.replace(/^\uFEFF/, '')
					.trim(),
			],
			[`sales-report-${day}.csv`, csv],
		),
	];
}

function checkLogin({ login, executions }: Story): Check[] {
	const { pathname, searchParams } = new URL(login.redirect);
	return [
		check(
			'login: WeCom sent the person to the workflow with code and state',
			[
				pathname,
				/^[a-zA-Z0-9]{1,128}$/.test(searchParams.get('state') ?? ''),
				(searchParams.get('code') ?? '').length > 0,
			],
			['/webhook/wecom-login', true, true],
		),
		check(
			'login: the workflow answered with a page that greets the person',
			[login.status, login.contentType, textOf(login.page)],
			[200, 'text/html; charset=utf-8', `Hello ${LOGIN.userid} WeCom says you are ${LOGIN.mail}.`],
		),
		check(
			'login: one execution, successful',
			executions.login.map(({ status }) => status),
			['success'],
		),
	];
}

function checkBot({ chats, executions }: Story, { bots, requests }: Simulator): Check[] {
	const replies = chats.filter(({ via }) => via !== 'user');
	const { bot } = executions;
	const { open, subscribes } = bots.connections(DEMO_BOT.botId);
	const tools = bot.map((one) => one.runData['Look Up a Member']?.length ?? 0);
	return [
		check('AI bot: n8n has connected once, and stays connected', [open, subscribes], [1, 1]),
		check(
			'AI bot: one execution for each message, with its words for the agent',
			bot
				.map((execution) => {
					const { chatInput } = outputItems(execution, 'WeCom Bot Trigger')[0]?.json ?? {};
					return `${execution.status}: ${String(chatInput)}`;
				})
				.sort(),
			CHATS.map(({ text }) => `success: ${text}`).sort(),
		),
		check(
			'AI bot: the agent asked the model three times, and its WeCom tool once',
			[
				// The summary of the archived chat is one more question.
				requests.filter(({ path }) => path === '/v1/chat/completions').length -
					executions.archive.length,
				tools.sort(),
			],
			[3, [0, 1]],
		),
		check(
			'AI bot: each chat sees the first answer, then in its place the answer of the agent',
			replies
				.map(({ chat, stream }) => {
					// What the agent says meanwhile comes in between.
					const [first, ...later] = stream?.updates ?? [];
					return [chat, [first, later.at(-1)].map((one) => [one?.content, one?.finish])];
				})
				.sort(),
			CHATS.map(({ chat, answer }) => [
				chat,
				[
					['Thinking…', false],
					[answer, true],
				],
			]).sort(),
		),
		check(
			'AI bot: what the agent says grows in the chat while the model says it',
			replies
				.map(({ stream }) => (stream?.updates ?? []).filter(({ finish }) => !finish))
				.some((shown) => shown.some(({ content }) => isPart(content, CHATS[0].answer))),
			true,
		),
	];
}

/** Its first words, but not all of them. */
const isPart = (shown: string, answer: string) =>
	shown.length > 0 && shown.length < answer.length && answer.startsWith(shown);

function check(name: string, found: unknown, wanted: unknown): Check {
	const ok = isDeepStrictEqual(found, wanted);
	return ok
		? { name, ok }
		: { name, ok, found: `found ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}` };
}
