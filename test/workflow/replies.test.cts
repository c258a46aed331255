/** Callback > Reply of the action node against WeCom's own samples (doc 90241), and what the trigger makes of n8n's answer. */
import { XMLParser } from 'fast-xml-parser';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { getSignature, openReply, paymentNotice, seal } from '../../simulator/crypto.cts';
import { DEMO_APP, DEMO_CORP } from '../../simulator/demo-data.cts';
import {
	binaryItem,
	chain,
	runWebhook,
	runWorkflow,
	type WebhookRun,
} from '../support/harness.cts';
import { DEMO_SUITE } from '../../simulator/suite/data.cts';
import { suiteCredential, suiteTypes } from './suite-support.cts';
import samples from '../fixtures/app-replies.json';
import {
	credentialOf,
	credentialTypes,
	nodeTypes,
	TRIGGER,
	useSimulator,
	WECOM,
} from './support.cts';
import { sleep } from '../support/wait.cts';

const simulator = useSimulator();
const keys = { ...DEMO_APP.callback, receiveid: DEMO_CORP.corpid };
/** What the trigger puts out for a message it waits with. */
const arrived = (facts: object = {}, fields: object = {}): INodeExecutionData => ({
	json: {
		ToUserName: DEMO_CORP.corpid,
		FromUserName: 'zhangsan',
		MsgType: 'text',
		Content: 'hi',
		...fields,
		wecom: {
			kind: 'text',
			receiveId: DEMO_CORP.corpid,
			replyUntil: new Date(Date.now() + 4_500).toISOString(),
			...facts,
		},
	},
});

interface Case {
	parameters?: IDataObject;
	items?: INodeExecutionData[];
	credential?: IDataObject;
	withoutTrigger?: boolean;
}

async function run({ parameters, items = [arrived()], credential, withoutTrigger }: Case) {
	const node = {
		name: 'Reply',
		type: WECOM,
		parameters: { resource: 'callback', operation: 'reply', ...parameters } as never,
		credentials: { wecomApi: 'c1' },
	};
	const trigger = { name: 'On }} "message"', type: TRIGGER, credentials: { wecomApi: 'c1' } };
	const nodes = withoutTrigger ? [node] : [trigger, node];
	return await runWorkflow({
		nodeTypes,
		credentialTypes,
		credentials: { c1: { ...credentialOf(simulator()), ...credential } as never },
		nodes,
		connections: chain(...nodes.map(({ name }) => name)),
		items,
	});
}

/** The decrypted reply as an object: one answer, well signed, for the receiver the callback came with. */
async function replied(given: Case) {
	const { error, responses } = await run(given);
	if (error) throw error;
	expect(responses).toHaveLength(1);
	const [{ body, statusCode, headers }] = responses as Array<Record<string, unknown>>;
	expect([statusCode, headers]).toEqual([200, { 'content-type': 'application/xml' }]);
	const opened = openReply(String(body), keys);
	expect(opened).toMatchObject({ signatureOk: true, receiveid: keys.receiveid });
	const parser = new XMLParser({ parseTagValue: false, trimValues: false });
	return (parser.parse(opened!.xml) as { xml: IDataObject }).xml;
}

const failure = async (given: Case) => {
	const { error, responses } = await run(given);
	expect(responses).toEqual([]);
	return error as { message: string; description?: string } | undefined;
};

const CARD = { msgtype: 'update_template_card' };

/** The form that asks for a sample. */
function formOf(type: string, sample: IDataObject): IDataObject {
	const { Content, Image, Voice, Video, Articles, Button, TemplateCard } = sample as Record<
		string,
		IDataObject
	>;
	const media = (Image ?? Voice ?? Video) as { MediaId: string; Title?: string } | undefined;
	if (Content) return { msgtype: 'text', content: Content };
	if (media)
		return {
			msgtype: type,
			mediaFrom: 'mediaId',
			media_id: media.MediaId,
			additionalFields: { videoTitle: media.Title, videoDescription: Video?.Description },
		};
	if (Articles) {
		const row = (Articles.item as IDataObject[]).map(({ Title, Description, PicUrl, Url }) => ({
			title: Title,
			description: Description,
			picurl: PicUrl,
			url: Url,
		}));
		return { msgtype: 'news', articles: { row } };
	}
	if (Button) return { msgtype: 'update_button', ReplaceName: Button.ReplaceName };
	return { ...CARD, card_type: 'json', template_card: JSON.stringify(TemplateCard) };
}

describe('Callback: Reply', () => {
	it.each(samples.map(({ type, sample }) => [type, sample] as const))(
		"gives WeCom's sample of %s",
		async (type, sample) => {
			const reply = await replied({ parameters: formOf(type, sample as IDataObject) });
			expect(reply).toEqual({
				...sample,
				ToUserName: 'zhangsan',
				FromUserName: DEMO_CORP.corpid,
				CreateTime: expect.stringMatching(/^\d{10}$/),
			});
		},
	);

	it('makes a card of the form, and of JSON in the words of sent cards, which wins', async () => {
		const more = {
			main_title: { title: 'Really done' },
			horizontal_content_list: [{ keyname: 'Who', value: 'Li', type: 3, userid: 'li' }],
			quote_area: { type: 2, appid: 'wx1', pagepath: '/a' },
			card_action: { type: 2, appid: 'wx1' },
		};
		const reply = await replied({
			parameters: {
				...CARD,
				main_title: 'Done',
				main_desc: 'by Li',
				card_url: 'https://example.com',
				card_options: { source_desc: 'Desk', more },
				additionalFields: { replace_text: 'Over' },
			},
		});
		expect(reply.TemplateCard).toEqual({
			CardType: 'text_notice',
			Source: { Desc: 'Desk' },
			MainTitle: { Title: 'Really done', Desc: 'by Li' },
			HorizontalContentList: { KeyName: 'Who', Value: 'Li', Type: '3', UserId: 'li' },
			QuoteArea: { Type: '2', Appid: 'wx1', PagePath: '/a' },
			CardAction: { Type: '2', AppId: 'wx1', Url: 'https://example.com' },
			ReplaceText: 'Over',
		});
	});

	it('makes a vote of the form that messages have', async () => {
		const reply = await replied({
			parameters: {
				...CARD,
				card_type: 'vote_interaction',
				main_title: 'Lunch',
				option_list: { row: [{ text: 'Rice', is_checked: true }, { text: 'Noodles' }] },
			},
		});
		expect(reply.TemplateCard).toEqual({
			CardType: 'vote_interaction',
			MainTitle: { Title: 'Lunch' },
			CheckBox: {
				QuestionKey: 'vote',
				Mode: '0',
				OptionList: [
					{ Id: '1', Text: 'Rice', IsChecked: 'true' },
					{ Id: '2', Text: 'Noodles', IsChecked: 'false' },
				],
			},
			SubmitButton: { Text: '提交', Key: 'submit' },
		});
	});

	it('uploads the file of the item first', async () => {
		const file = { data: Buffer.alloc(64, 1), fileName: 'a.png', mimeType: 'image/png' };
		const item = await binaryItem({}, { data: file });
		const reply = await replied({
			parameters: { msgtype: 'image' },
			items: [{ ...arrived(), binary: item.binary }],
		});
		const { MediaId } = reply.Image as IDataObject;
		expect(simulator().requests.map(({ path }) => path)).toContain('/cgi-bin/media/upload');
		expect(MediaId).toMatch(/\w{10}/);
	});

	it('keeps text exact: CDATA ends, emoji, markup, white space; control characters are left out', async () => {
		const reply = await replied({
			parameters: { content: ' ]]> <b>&amp; 😀\n\u0000\u0008企业微信 ' },
		});
		expect(reply.Content).toBe(' ]]> <b>&amp; 😀\n企业微信 ');
	});

	it('lets WeCom go without an answer', async () => {
		const { responses, json } = await run({ parameters: { msgtype: 'none' } });
		expect(responses).toEqual([{ body: '', statusCode: 200, headers: {} }]);
		expect(json('Reply')).toEqual([{ replied: false }]);
	});

	it('is signed with the suite for a company that authorized it', async () => {
		const company = { suiteId: DEMO_SUITE.suiteId, permanentCode: 'a code' };
		const companies = JSON.stringify({ [DEMO_CORP.corpid]: company });
		const nodes = [
			{ name: 'On message', type: TRIGGER },
			{
				name: 'Reply',
				type: WECOM,
				parameters: {
					authentication: 'suite',
					actAsCompany: { __rl: true, mode: 'id', value: '={{ $json.ToUserName }}' },
					resource: 'callback',
					operation: 'reply',
					content: 'x',
				} as never,
				credentials: { wecomSuiteApi: 's1' },
			},
		];
		const { error, responses } = await runWorkflow({
			nodeTypes,
			credentialTypes: suiteTypes,
			credentials: { s1: suiteCredential(simulator(), DEMO_SUITE, { companies }) },
			nodes,
			connections: chain('On message', 'Reply'),
			items: [arrived()],
		});
		expect(error).toBeUndefined();
		const suiteKeys = { ...DEMO_SUITE.callback, receiveid: DEMO_CORP.corpid };
		expect(openReply(String(responses[0].body), suiteKeys)).toMatchObject({
			signatureOk: true,
			receiveid: DEMO_CORP.corpid,
		});
	});

	it('takes sender and company from the form where the trigger is elsewhere', async () => {
		const reply = await replied({
			parameters: {
				content: 'x',
				additionalFields: { FromUserName: 'linna', ToUserName: DEMO_CORP.corpid },
			},
			items: [{ json: {} }],
			withoutTrigger: true,
		});
		expect(reply).toMatchObject({ ToUserName: 'linna', FromUserName: DEMO_CORP.corpid });
	});

	it.each<[string, Case, string, string]>([
		['there is no trigger', { withoutTrigger: true }, 'No callback started this execution', 'Send'],
		[
			'the trigger does not wait',
			{ items: [arrived({ replyUntil: undefined })] },
			"Nobody waits for a reply to this callback ('text')",
			"Set 'Respond'",
		],
		[
			'it is too late',
			{ items: [arrived({ replyUntil: '2020-01-01T00:00:00Z' })] },
			'The reply comes too late',
			'Send',
		],
		['there is no Token', { credential: { token: '' } }, 'has no Token', 'same credential'],
		[
			'there is no key',
			{ credential: { encodingAesKey: 'x' } },
			'has no valid EncodingAESKey',
			'same credential',
		],
		['the text is empty', { parameters: { content: ' ' } }, "'Content' is empty", 'Fill it in'],
		[
			'the text is too long',
			{ parameters: { content: '企'.repeat(683) } },
			"'Content' has 2,049 bytes, WeCom takes 2,048",
			'Shorten',
		],
		['there is no article', { parameters: { msgtype: 'news' } }, 'no article', 'Articles'],
		[
			'an article is too long',
			{ parameters: { msgtype: 'news', articles: { row: [{ title: 'x'.repeat(129) }] } } },
			"Article 1 'Title' has 129 bytes",
			'Shorten',
		],
		[
			'the card lacks a part',
			{
				parameters: { ...CARD, card_type: 'json', template_card: { CardType: 'vote_interaction' } },
			},
			'The card has no CheckBox',
			'vote_interaction',
		],
		[
			'the form lacks a part',
			{ parameters: { ...CARD, card_type: 'vote_interaction', main_title: 'Lunch' } },
			'The card has no option to choose',
			'Options',
		],
		[
			'the JSON is none',
			{ parameters: { ...CARD, card_type: 'json', template_card: '{' } },
			'not valid JSON',
			'quotes',
		],
		[
			'a name cannot be a tag',
			{ parameters: { ...CARD, card_type: 'json', template_card: { card_type: 'x', 'a><b': 1 } } },
			"'a><b' cannot be the name",
			'MainTitle',
		],
		...(
			[
				['Content', { content: { a: 1 } }],
				['Button Text', { msgtype: 'update_button', ReplaceName: { a: 1 } }],
				[
					'Video Title',
					{
						...{ msgtype: 'video', mediaFrom: 'mediaId', media_id: 'M' },
						additionalFields: { videoTitle: { a: 1 } },
					},
				],
				[
					'Replacement Text',
					{ ...CARD, main_title: 'T', additionalFields: { replace_text: { a: 1 } } },
				],
			] as Array<[string, IDataObject]>
		).map(([label, parameters]): [string, Case, string, string] => [
			`'${label}' is an object`,
			{ parameters },
			`'${label}' is an object where WeCom needs text`,
			'one value of it',
		]),
		['the type is unknown', { parameters: { msgtype: 'toString' } }, "'toString'", 'list'],
	])('says what to do when %s', async (_name, given, message, description) => {
		const error = await failure({ ...given, parameters: { content: 'x', ...given.parameters } });
		expect(error?.message).toContain(message);
		expect(error?.description).toContain(description);
	});

	it('replies with the first item only, and says so', async () => {
		const { error, responses } = await run({
			parameters: { content: 'x' },
			items: [arrived(), arrived()],
		});
		expect(responses).toHaveLength(1);
		expect(error?.message).toContain('WeCom takes one reply to a callback');
	});
});

describe('what the trigger makes of the answer of n8n', () => {
	let nodes = 0;
	const message = (content: string, more = '') =>
		`<xml><ToUserName>${DEMO_CORP.corpid}</ToUserName><FromUserName>zhangsan</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>${content}</Content><MsgId>${++nodes}</MsgId>${more}</xml>`;
	interface Call {
		mode: 'manual';
		query: Record<string, string>;
		/** The timestamp that is signed. */
		signedAt: string;
	}
	async function receive(parameters: IDataObject, xml = message('hi'), change: Partial<Call> = {}) {
		const { encrypted, query } = seal(xml, keys);
		if (change.signedAt) {
			query.timestamp = change.signedAt;
			query.msg_signature = getSignature(keys.token, query.timestamp, query.nonce, encrypted);
		}
		const id = `reply-${++nodes}`;
		return await runWebhook({
			nodeTypes,
			credentialTypes,
			credentials: { [id]: credentialOf(simulator()) as never },
			node: {
				name: 'WeCom Trigger',
				id,
				type: TRIGGER,
				webhookId: 'hook',
				parameters: { events: ['*'], ...parameters } as never,
				credentials: { wecomApi: id },
			},
			mode: change.mode,
			call: { query: change.query ?? query, body: `<xml><Encrypt>${encrypted}</Encrypt></xml>` },
		});
	}
	const item = ({ result }: WebhookRun) => result.workflowData?.[0][0].json as IDataObject;
	const answers = ({ response }: WebhookRun, status: number, body?: object) => {
		response.status(status);
		if (body) response.json(body);
		else response.end();
	};

	it('leaves it empty by default', async () => {
		const run = await receive({});
		answers(run, 200);
		expect([run.response.statusCode, run.response.body]).toEqual([200, '']);
		expect(item(run).wecom).not.toHaveProperty('replyUntil');
	});

	it('fills in the quick reply once the execution is stored, an expression over the item', async () => {
		const run = await receive({
			quickReply:
				'={{ $json.FromUserName }} wrote {{ $json.Content.length }}: {{ $json.wecom.kind }}',
		});
		expect(run.response.headersSent).toBe(false);
		answers(run, 200);
		const opened = openReply(String(run.response.body), keys);
		expect(opened).toMatchObject({ signatureOk: true, receiveid: DEMO_CORP.corpid });
		expect(opened!.xml).toContain('<Content><![CDATA[zhangsan wrote 2: text]]></Content>');
		expect(opened!.xml).toContain('<ToUserName><![CDATA[zhangsan]]></ToUserName>');
	});

	it('leaves the quick reply out where n8n failed, or WeCom takes none', async () => {
		const failed = await receive({ quickReply: 'hi' });
		answers(failed, 500, { code: 0, message: 'There was a problem executing the workflow' });
		expect(failed.response.statusCode).toBe(500);
		expect(String(failed.response.body)).toContain('problem');

		const event = message('')
			.replace('text<', 'event<')
			.replace('<Content>', '<Event>scancode_push</Event><Content>');
		const silent = await receive({ quickReply: 'hi' }, event);
		expect(item(silent).wecom).toMatchObject({ kind: 'scancode_push' });
		answers(silent, 200);
		expect(silent.response.body).toBe('');
	});

	it('sends what the workflow replies as it is, and tells the item until when', async () => {
		const before = Date.now();
		const run = await receive({ responseMode: 'responseNode', quickReply: 'not sent' });
		const { replyUntil } = item(run).wecom as IDataObject;
		const arrived = Date.parse(String(replyUntil)) - 4_500;
		expect(arrived).toBeGreaterThanOrEqual(before);
		expect(arrived).toBeLessThanOrEqual(Date.now());
		run.response.status(200);
		run.response.end('<xml>reply</xml>');
		expect(run.response.body).toBe('<xml>reply</xml>');
	});

	it('answers for a workflow that fails, in regular and in queue mode, and takes the callback as delivered', async () => {
		for (const text of ['Error in workflow', 'Workflow execution failed']) {
			const run = await receive({ responseMode: 'responseNode' });
			answers(run, 500, { message: text });
			expect([run.response.statusCode, run.response.body]).toEqual([200, '']);
		}
	});

	it('hands on that n8n could not store the execution', async () => {
		const run = await receive({ responseMode: 'responseNode' });
		answers(run, 500, { code: 0, message: 'There was a problem executing the workflow' });
		expect(run.response.statusCode).toBe(500);
	});

	it('answers empty at 4.5 seconds, and what comes later does no harm', async () => {
		const started = Date.now();
		const run = await receive({ responseMode: 'responseNode' });
		while (!run.response.headersSent && Date.now() - started < 9_000) await sleep(20);
		expect(Date.now() - started).toBeGreaterThanOrEqual(4_490);
		expect([run.response.headersSent, run.response.statusCode, run.response.body]).toEqual([
			true,
			200,
			'',
		]);
		run.response.status(500);
		run.response.setHeader('x', 'y');
		run.response.end('late');
		expect([run.response.statusCode, run.response.body]).toEqual([200, '']);
	}, 15_000);

	it('does not offer a reply to an event that takes none', async () => {
		const event = message('')
			.replace('text<', 'event<')
			.replace('<Content>', '<Event>unsubscribe</Event><Content>');
		const run = await receive({ responseMode: 'responseNode' }, event);
		expect(item(run).wecom).not.toHaveProperty('replyUntil');
	});

	it('takes callbacks of any age by default, and refuses old and future ones on request', async () => {
		for (const [age, seconds, taken] of [
			[undefined, -100_000, true],
			[0, -100_000, true],
			[300, -200, true],
			[300, -400, false],
			[300, 400, false],
			[300, Number.NaN, false],
		] as const) {
			const signedAt = Number.isNaN(seconds)
				? 'soon'
				: String(Math.floor(Date.now() / 1000) + seconds);
			const security = age === undefined ? {} : { maxAge: age };
			const run = await receive({ security }, message('old'), { signedAt });
			expect([age, seconds, run.result.workflowData !== undefined]).toEqual([age, seconds, taken]);
			if (!taken) expect(run.response.statusCode).toBe(401);
		}
	});

	it('keeps a payment notice whole whose data cannot be decrypted', async () => {
		const other = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
		const notice = paymentNotice('REFUND', 'REFUND.CLOSED', { refund_id: '1' }, other);
		const run = await receive({}, JSON.stringify(notice));
		expect(item(run)).toEqual({
			...notice,
			wecom: expect.objectContaining({
				family: 'payment',
				kind: 'REFUND.REFUND.CLOSED',
				paymentUnread: expect.stringContaining('EncodingAESKey'),
			}),
		});
	});

	it('tells a person who tests why nothing starts, after WeCom has its answer', async () => {
		const test = receive({ events: ['image'] }, message('x'), { mode: 'manual' });
		await expect(test).rejects.toMatchObject({
			message: "'Message: Text' arrived and was filtered out",
			description: "'Trigger On' does not include 'Message: Text'.",
		});
		const filters = { changeTypes: 'create_user' };
		await expect(receive({ filters }, message('x'), { mode: 'manual' })).rejects.toMatchObject({
			description: "It has no change type, and the filter 'Change Types' is set.",
		});
		await expect(receive({}, message('x'), { mode: 'manual', query: {} })).rejects.toMatchObject({
			message: 'A callback arrived and was refused',
		});
	});
});
