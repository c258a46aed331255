/** Filters and answers at their edges: expressions that give nothing or fail, second spellings, long replies. */
import { NodeHelpers, type IDataObject, type INode } from 'n8n-workflow';
import { WecomBotApi } from '../../credentials/WecomBotApi.credentials';
import { seal } from '../../simulator/crypto.cts';
import { DEMO_APP, DEMO_CORP, DEMO_KF_ACCOUNTS } from '../../simulator/demo-data.cts';
import { chain, logged, runWebhook, runWorkflow, WebhookResponse } from '../support/harness.cts';
import { startIntake } from './intake-support.cts';
import {
	credentialOf,
	credentialTypes,
	nodeTypes,
	TRIGGER,
	useSimulator,
	WECOM,
} from './support.cts';
import { sleep, until } from '../support/wait.cts';

jest.setTimeout(30_000);

const simulator = useSimulator();
const { token, encodingAesKey } = DEMO_APP.callback;

let serial = 0;
/** Posts a plaintext to a trigger of its own; JSON goes to one for an AI bot. */
async function post(plaintext: string, parameters: IDataObject = {}) {
	const bot = plaintext.startsWith('{');
	const receiveid = bot ? '' : DEMO_CORP.corpid;
	const { encrypted, query } = seal(plaintext, { token, encodingAesKey, receiveid });
	const response = new WebhookResponse();
	const { result } = await runWebhook({
		nodeTypes,
		credentialTypes: [...credentialTypes, new WecomBotApi()],
		credentials: { c1: credentialOf(simulator()), b1: { token, encodingAesKey } } as never,
		node: {
			name: 'WeCom Trigger',
			id: `edge-${++serial}`,
			type: TRIGGER,
			webhookId: 'hook',
			parameters: { events: ['*'], ...(bot && { source: 'bot' }), ...parameters } as never,
			credentials: { wecomApi: 'c1', wecomBotApi: 'b1' },
		},
		call: {
			query,
			body: bot
				? JSON.stringify({ encrypt: encrypted })
				: `<xml><Encrypt>${encrypted}</Encrypt></xml>`,
		},
		response,
	});
	const [item] = result.workflowData?.[0] ?? [];
	return { response, item };
}

const event = (name: string, changeType: string, from = 'sys') =>
	`<xml><ToUserName>${DEMO_CORP.corpid}</ToUserName><FromUserName>${from}</FromUserName><CreateTime>1</CreateTime><MsgType>event</MsgType><Event>${name}</Event>${changeType && `<ChangeType>${changeType}</ChangeType>`}<Id>${++serial}</Id></xml>`;
const message = () =>
	`<xml><ToUserName>${DEMO_CORP.corpid}</ToUserName><FromUserName>lisi</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>hi</Content><MsgId>88${++serial}</MsgId></xml>`;
const botMessage = (userid: string) =>
	JSON.stringify({
		msgid: `b${++serial}`,
		aibotid: 'B',
		from: { userid },
		msgtype: 'text',
		text: { content: 'hi' },
	});

describe('Change Types', () => {
	it.each([
		['={{ ["update_user"] }}', true],
		['={{ ["create_user", "update_user"] }}', true],
		['={{ null }}', true],
		['={{ $json.nothing }}', true],
		['={{ 5 }}', false],
	])('as %s', async (changeTypes, wanted) => {
		const { item, response } = await post(event('change_contact', 'update_user'), {
			filters: { changeTypes },
		});
		expect(response.statusCode).toBe(200);
		expect(item !== undefined).toBe(wanted);
	});

	it.each([
		['change_school_contact', 'create_department'],
		['change_school_contact', 'create_deparmtment'],
		['smart_sheet_change', 'add_filed'],
		['smart_sheet_change', 'add_field'],
	])('knows both spellings of %s: %s', async (name, changeType) => {
		const filters = { changeTypes: 'create_department, add_filed' };
		expect((await post(event(name, changeType), { filters })).item).toBeDefined();
		expect((await post(event(name, 'other'), { filters })).item).toBeUndefined();
	});
});

it.each([
	['={{ null }}', true],
	['={{ ["zhangsan", "lisi"] }}', true],
	['={{ 5 }}', false],
])('the users of an AI bot as %s', async (users, wanted) => {
	const { item, response } = await post(botMessage('lisi'), { filters: { users } });
	expect(response.statusCode).toBe(200);
	expect(item !== undefined).toBe(wanted);
});

describe('customer service messages', () => {
	const [{ open_kfid }] = DEMO_KF_ACCOUNTS;

	it.each(['kfTypes', 'openKfIds'])('come with %s that give nothing', async (filter) => {
		const parameters = { triggerOptions: { fetchMessages: true } };
		const intake = await startIntake(simulator(), { parameters });
		for (const nothing of ['={{ null }}', '={{ $json.nothing }}', '={{ [] }}']) {
			intake.n8n.parameters = { ...parameters, filters: { [filter]: nothing } };
			const said = { msgtype: 'text', text: { content: nothing } };
			await simulator().control.kfMessage(intake.target, open_kfid, [said]);
			expect(intake.items().at(-1)).toMatchObject({ text: { content: nothing } });
		}
		await intake.stop();
	});

	it('do not count as read while their files are still fetched for a workflow that replies', async () => {
		const base64 = Buffer.from('#!AMR\nx').toString('base64');
		const media = { filename: 'v.amr', type: 'voice', contentType: 'audio/amr', base64 };
		const media_id = simulator().control.addMedia(media as never);
		const triggerOptions = { fetchMessages: true };
		const intake = await startIntake(simulator(), { parameters: { triggerOptions } });
		const text = { msgtype: 'text', text: { content: 'first' } };
		await simulator().control.kfMessage(intake.target, open_kfid, [text]);
		const before = intake.positions()[open_kfid].cursor;
		intake.n8n.parameters = {
			responseMode: 'responseNode',
			triggerOptions: { ...triggerOptions, downloadMedia: true },
		};
		simulator().control.inject({ path: '/cgi-bin/kf/sync_msg', delayMs: 4_000 });
		simulator().control.inject({ path: '/cgi-bin/media/get', delayMs: 1_500 });
		const voice = { msgtype: 'voice', voice: { media_id } };
		// The answer comes after 4.5 seconds at the latest, the file after that.
		await simulator().control.kfMessage(intake.target, open_kfid, [voice], { retries: 0 });
		expect(intake.executions).toHaveLength(1);
		expect(intake.positions()[open_kfid].cursor).toBe(before);
		await until('the file', () => intake.executions.length === 2);
		await until('the position', () => intake.positions()[open_kfid].cursor !== before);
		await intake.stop();
	});
});

it('a failing option does not stop the reading of later customer service messages', async () => {
	const [{ open_kfid }] = DEMO_KF_ACCOUNTS;
	const waits = { responseMode: 'responseNode' };
	const parameters = { ...waits, triggerOptions: { fetchMessages: true } };
	const intake = await startIntake(simulator(), { parameters });
	const say = async (message: IDataObject) =>
		await simulator().control.kfMessage(intake.target, open_kfid, [message as never]);
	const text = (content: string) => ({ msgtype: 'text', text: { content } });
	await say(text('first'));
	intake.n8n.parameters = {
		...waits,
		triggerOptions: { fetchMessages: true, downloadMedia: '={{ $("Nope").item.json.x }}' },
	};
	simulator().control.inject({ path: '/cgi-bin/kf/sync_msg', delayMs: 4_000 });
	const image = { msgtype: 'image', image: { media_id: 'm1' } };
	await simulator().control.kfMessage(intake.target, open_kfid, [image], { retries: 0 });
	// It is answered before its files are asked for.
	await sleep(800);
	intake.n8n.parameters = parameters;
	await say(text('next'));
	expect(intake.items().map(({ msgtype }) => msgtype)).toEqual(['text', 'image', 'text']);
	await intake.stop();
});

describe('a quick reply', () => {
	const replied = async (plaintext: string, quickReply: string) => {
		const { response } = await post(plaintext, { quickReply });
		response.status(200).end();
		return String(response.body ?? '').includes('<Encrypt>');
	};

	it('goes to messages, and to what nothing is known of, but not to a new change of a known event', async () => {
		expect(await replied(message(), 'Thanks')).toBe(true);
		expect(await replied(event('never_seen', ''), 'Thanks')).toBe(true);
		expect(await replied(event('change_contact', 'update_user'), 'Thanks')).toBe(false);
		expect(await replied(event('change_contact', 'new_thing'), 'Thanks')).toBe(false);
		const waits = { responseMode: 'responseNode' };
		const { item, response } = await post(event('change_contact', 'new_thing'), waits);
		expect(item!.json.wecom).not.toHaveProperty('replyUntil');
		response.end();
	});

	it('is not sent when WeCom would cut it', async () => {
		expect(await replied(message(), 'x'.repeat(2_048))).toBe(true);
		expect(await replied(message(), '字'.repeat(683))).toBe(false);
		expect(logged.at(-1)?.message).toContain('longer than 2048 bytes');
	});
});

it('the reply operation with No Reply does no harm where no reply is awaited', async () => {
	const { item, response } = await post(event('unsubscribe', '', 'zhangsan'), {
		responseMode: 'responseNode',
	});
	const run = await runWorkflow({
		nodeTypes,
		credentialTypes,
		credentials: { c1: credentialOf(simulator()) as never },
		nodes: [
			{ name: 'T', type: TRIGGER, credentials: { wecomApi: 'c1' } },
			{
				name: 'Reply',
				type: WECOM,
				parameters: { resource: 'callback', operation: 'reply', msgtype: 'none' },
				credentials: { wecomApi: 'c1' },
			},
		],
		connections: chain('T', 'Reply'),
		items: [item!],
	});
	expect(run.error).toBeUndefined();
	expect(run.json('Reply')).toEqual([{ replied: false }]);
	expect(run.responses).toMatchObject([{ body: '', statusCode: 200 }]);
	response.end();
});

it.each([
	['app', true],
	['suite', true],
	['bot', false],
])('the options of fetched messages and files with source %s: %s', (source, shown) => {
	const { description } = nodeTypes[TRIGGER];
	const property = description.properties.find(({ name }) => name === 'triggerOptions')!;
	const node = { typeVersion: 1 } as INode;
	const parameters = { source, events: ['*'] };
	expect(NodeHelpers.displayParameter(parameters, property, node, description)).toBe(shown);
});
