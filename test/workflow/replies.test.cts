/** Callback > Reply of the action node against WeCom's own samples (doc 90241), and what the trigger makes of n8n's answer. */
import { XMLParser } from 'fast-xml-parser';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { openReply } from '../simulator/crypto.cts';
import { DEMO_APP, DEMO_CORP } from '../simulator/demo-data.cts';
import { binaryItem, chain, runWorkflow } from '../support/harness.cts';
import samples from '../fixtures/app-replies.json';
import {
	credentialOf,
	credentialTypes,
	nodeTypes,
	TRIGGER,
	useSimulator,
	WECOM,
} from './support.cts';

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
	/** Nodes between the trigger and the reply. */
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
	if (Articles) return { msgtype: 'news', articles: Articles };
	if (Button) return { msgtype: 'update_button', ReplaceName: Button.ReplaceName };
	const { CardType, ...card } = TemplateCard;
	return { msgtype: 'update_template_card', CardType, cardJson: JSON.stringify(card) };
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
		const card = { title: 'Done', desc: 'by Li', url: 'https://example.com', source: 'Desk' };
		const more = {
			main_title: { title: 'Really done' },
			horizontal_content_list: [{ keyname: 'Who', value: 'Li', type: 3, userid: 'li' }],
			quote_area: { type: 2, appid: 'wx1', pagepath: '/a' },
			card_action: { type: 2, appid: 'wx1' },
		};
		const reply = await replied({
			parameters: {
				msgtype: 'update_template_card',
				CardType: 'text_notice',
				card,
				cardJson: more,
			},
		});
		expect(reply.TemplateCard).toEqual({
			CardType: 'text_notice',
			Source: { Desc: 'Desk' },
			MainTitle: { Title: 'Really done' },
			HorizontalContentList: { KeyName: 'Who', Value: 'Li', Type: '3', UserId: 'li' },
			QuoteArea: { Type: '2', Appid: 'wx1', PagePath: '/a' },
			CardAction: { Type: '2', AppId: 'wx1' },
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
			{ parameters: { msgtype: 'news', articles: { item: [{ Title: 'x'.repeat(129) }] } } },
			"'Title 1' has 129 bytes",
			'Shorten',
		],
		[
			'the card lacks a part',
			{ parameters: { msgtype: 'update_template_card', CardType: 'vote_interaction' } },
			'The card has no CheckBox',
			'vote_interaction',
		],
		[
			'the JSON is none',
			{ parameters: { msgtype: 'update_template_card', cardJson: '{' } },
			'not valid JSON',
			'quotes',
		],
		[
			'a name cannot be a tag',
			{ parameters: { msgtype: 'update_template_card', cardJson: { 'a><b': 1 } } },
			"'a><b' cannot be the name",
			'MainTitle',
		],
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
