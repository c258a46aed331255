import type { IDataObject } from 'n8n-workflow';
import { DEMO_APP, DEMO_CORP } from '../../simulator/demo-data.cts';
import { seal } from '../../simulator/crypto.cts';
import { logged, runWebhook, WebhookResponse, type WebhookRun } from '../support/harness.cts';
import { credentialTypes, nodeTypes, TRIGGER } from './support.cts';
import { sleep } from '../support/wait.cts';

const keys = {
	token: DEMO_APP.callback.token,
	encodingAesKey: DEMO_APP.callback.encodingAesKey,
	receiveid: DEMO_CORP.corpid,
};
const stored = (overrides: IDataObject = {}) => ({
	corpId: DEMO_CORP.corpid,
	corpSecret: 'not-used',
	token: keys.token,
	encodingAesKey: keys.encodingAesKey,
	...overrides,
});
const text = (fields = '') =>
	`<xml><ToUserName><![CDATA[${DEMO_CORP.corpid}]]></ToUserName><FromUserName><![CDATA[zhangsan]]></FromUserName><CreateTime>1</CreateTime>${fields}<AgentID>1000002</AgentID></xml>`;
let msgId = 1000;
const message = (content = 'hi') =>
	text(
		`<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${content}]]></Content><MsgId>${++msgId}</MsgId>`,
	);
const change = (type: string) =>
	text(
		`<MsgType><![CDATA[event]]></MsgType><Event>change_contact</Event><ChangeType>${type}</ChangeType><UserID>${++msgId}</UserID>`,
	);

interface Call {
	xml?: string;
	/** Instead of a sealed body. */
	body?: string;
	query?: Record<string, string>;
	parameters?: IDataObject;
	credential?: IDataObject;
	node?: string;
	signedWith?: Partial<typeof keys>;
	response?: WebhookResponse;
	readError?: Error;
	headers?: Record<string, string>;
}

const OTHER_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';

let nodes = 0;
/** A node id nothing was remembered for: secrets and deliveries are kept per node. */
const fresh = () => `node-${++nodes}`;

async function post({
	xml,
	body,
	query,
	parameters,
	credential,
	node = fresh(),
	signedWith,
	response,
	readError,
	headers,
}: Call): Promise<WebhookRun> {
	const sealed = seal(xml ?? '', { ...keys, ...signedWith });
	return await runWebhook({
		nodeTypes,
		credentialTypes,
		credentials: { [node]: stored(credential) as never },
		node: {
			name: 'WeCom Trigger',
			id: node,
			type: TRIGGER,
			webhookId: 'hook',
			parameters: { events: ['*'], ...parameters } as never,
			credentials: { wecomApi: node },
		},
		call: {
			query: query ?? sealed.query,
			body:
				body ??
				`<xml><ToUserName><![CDATA[${DEMO_CORP.corpid}]]></ToUserName><Encrypt><![CDATA[${sealed.encrypted}]]></Encrypt><AgentID><![CDATA[1000002]]></AgentID></xml>`,
			readError,
			headers,
		},
		response,
	});
}

const item = ({ result }: WebhookRun) => result.workflowData?.[0][0].json;
const refused = (run: WebhookRun) => {
	expect(run.result).toEqual({ noWebhookResponse: true });
	expect(run.response.body).toBe('');
	return run.response.statusCode;
};
/** What n8n does once the execution is stored, or could not be. */
const n8nAnswers = (run: WebhookRun, status: number) => {
	run.response.status(status);
	run.response.end('');
};

describe('an accepted callback', () => {
	it('becomes one item: the whole payload and what the trigger knows', async () => {
		const xml = message('你好 <![CDATA[ ]] 😀');
		const run = await post({ xml: xml.replace('你好 <![CDATA[ ]] 😀', '你好 ]] 😀') });
		expect(item(run)).toEqual({
			ToUserName: DEMO_CORP.corpid,
			FromUserName: 'zhangsan',
			CreateTime: '1',
			MsgType: 'text',
			Content: '你好 ]] 😀',
			MsgId: String(msgId),
			AgentID: '1000002',
			wecom: {
				family: 'message',
				kind: 'text',
				known: true,
				receiveId: DEMO_CORP.corpid,
				agentId: '1000002',
				receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
			},
		});
		expect(run.result.noWebhookResponse).toBeUndefined();
		expect(run.response.headersSent).toBe(false);
	});

	it('names event and change type', async () => {
		expect(item(await post({ xml: change('create_user') }))).toMatchObject({
			ChangeType: 'create_user',
			wecom: {
				family: 'contact',
				kind: 'change_contact.create_user',
				event: 'change_contact',
				changeType: 'create_user',
				known: true,
			},
		});
	});

	it('may be of a kind no table knows', async () => {
		expect(
			item(await post({ xml: text('<MsgType>event</MsgType><Event>brand_new</Event>') })),
		).toMatchObject({
			Event: 'brand_new',
			wecom: { family: 'unknown', kind: 'brand_new', known: false },
		});
	});

	it.each([
		[
			'CDATA within CDATA',
			'<Content><![CDATA[<a><![CDATA[x]]></a>]]></Content>',
			'<a><![CDATA[x]]></a>',
		],
		['a surrogate pair as two references', '<Content>&#xD83D;&#xDE00;</Content>', '😀'],
		['an entity of HTML', '<Content>a&nbsp;b</Content>', 'a&nbsp;b'],
		['a bare &', '<Content>a & b</Content>', 'a & b'],
		['a bare <', '<Content>1 < 2</Content>', '1 < 2'],
	])('may hold %s: WeCom has signed it', async (_what, content, Content) => {
		const run = await post({ xml: text(`<MsgType>text</MsgType>${content}`) });
		expect(item(run)).toMatchObject({
			Content,
			wecom: { kind: 'text', known: true, notWellFormed: expect.any(String) },
		});
	});

	it('comes as text where nothing of it can be read', async () => {
		for (const xml of ['hello', '{"a":', '<!DOCTYPE x [<!ENTITY a "b">]><y>&a;</y>']) {
			expect(item(await post({ xml }))).toEqual({
				wecom: expect.objectContaining({ kind: 'unknown', known: false, raw: xml }),
			});
		}
	});

	it('may carry settings that were pasted with spaces and line breaks', async () => {
		const credential = {
			corpId: ` ${DEMO_CORP.corpid}\n`,
			token: `${keys.token} `,
			encodingAesKey: `\n${keys.encodingAesKey}`,
		};
		expect(item(await post({ xml: message(), credential }))).toBeDefined();
	});
});

describe('Trigger On and filters', () => {
	const filters = (changeTypes: string) => ({ filters: { changeTypes } });
	it.each([
		['text', ['text'], {}, message, true],
		['another kind', ['image', 'subscribe'], {}, message, false],
		['a group', ['change_contact'], {}, () => change('create_user'), true],
		['one change type', ['change_contact.create_user'], {}, () => change('delete_user'), false],
		[
			'a listed change type',
			['*'],
			filters('create_user, delete_user'),
			() => change('delete_user'),
			true,
		],
		['an unlisted change type', ['*'], filters('create_user'), () => change('delete_user'), false],
		['messages, which have no change type', ['*'], filters('create_user'), message, false],
	] as Array<[string, string[], object, () => string, boolean]>)(
		'%s',
		async (_name, events, more, xml, wanted) => {
			const run = await post({ xml: xml(), parameters: { events, ...more } });
			if (wanted) expect(item(run)).toBeDefined();
			else expect(refused(run)).toBe(200);
		},
	);
});

describe('a refused callback answers with an empty body, starts nothing, and leaves one line that says why', () => {
	beforeEach(() => (logged.length = 0));
	/** One line for the admin: the reason, where it happened, and no secret. */
	const expectLine = (reason: string, secrets: string[] = []) => {
		expect(logged).toEqual([
			{
				level: 'warn',
				message: expect.stringContaining(reason),
				meta: { workflowId: 'wf1', nodeName: 'WeCom Trigger' },
			},
		]);
		for (const secret of [keys.token, keys.encodingAesKey, 'OtherToken1', ...secrets])
			expect(JSON.stringify(logged)).not.toContain(secret);
	};

	it.each([
		[
			'a wrong signature',
			{ query: { ...seal('x', keys).query, msg_signature: 'f'.repeat(40) } },
			401,
			'signature does not match: check Token',
		],
		['a missing signature', { query: {} }, 400, 'the URL parameter msg_signature is missing'],
		['another token', { signedWith: { token: 'OtherToken1' } }, 401, 'check Token'],
		['another key', { signedWith: { encodingAesKey: OTHER_KEY } }, 401, 'check EncodingAESKey'],
		[
			'another company',
			{ signedWith: { receiveid: 'ww000' } },
			401,
			`receiveid is ww000 but the credential is for ${DEMO_CORP.corpid}`,
		],
		['an empty body', { body: '' }, 400, 'the body is empty'],
		['a body that is no XML', { body: 'hello' }, 400, 'not a WeCom envelope'],
		['JSON without a signature that fits', { body: '{"encrypt":"x"}' }, 401, 'check Token'],
		[
			'a body n8n could not read',
			{ readError: new Error('aborted') },
			400,
			'the body could not be read: aborted',
		],
		[
			"a body over n8n's limit",
			{
				readError: Object.assign(new Error('request entity too large'), {
					type: 'entity.too.large',
				}),
			},
			413,
			'the body is larger than 4 MB',
		],
		[
			'a body that announces too much',
			{ headers: { 'content-length': String(5 << 20) } },
			413,
			'the body is larger',
		],
	] as Array<[string, Call, number, string]>)('%s', async (_name, call, status, reason) => {
		expect(refused(await post({ xml: message(), ...call }))).toBe(status);
		expectLine(reason);
	});

	it('while its first attempt is under way, which may still succeed', async () => {
		const [node, xml] = [fresh(), message()];
		await post({ xml, node });
		expect(refused(await post({ xml, node }))).toBe(503);
		expectLine('its first attempt is still under way');
	});

	it('says 503 when the credential has no Token, so that WeCom comes back', async () => {
		expect(refused(await post({ xml: message(), credential: { token: '' } }))).toBe(503);
		expectLine('The WeCom API credential has no Token');
	});

	it('never throws, not even when n8n itself fails', async () => {
		const run = await post({
			xml: message(),
			parameters: { filters: null as never, events: { not: 'a list' } as never },
		});
		expect(refused(run)).toBe(500);
		expect(logged).toEqual([expect.objectContaining({ level: 'error' })]);
	});
});

describe('an edited credential', () => {
	it('works at once, although secrets are kept for some seconds', async () => {
		const node = fresh();
		expect(item(await post({ xml: message(), node }))).toBeDefined();
		const later = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 1100);
		try {
			const signedWith = { token: 'NewToken1' };
			expect(
				item(await post({ xml: message(), node, signedWith, credential: signedWith })),
			).toBeDefined();
		} finally {
			later.mockRestore();
		}
	});

	it('is read once for a flood of bad signatures', async () => {
		const node = fresh();
		const reads: number[] = [];
		for (let i = 0; i < 20; i++)
			reads.push(
				(await post({ xml: message(), node, signedWith: { token: 'bad' } })).credentials.reads,
			);
		expect(reads.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(2);
	});
});

describe('a repetition', () => {
	it('is acknowledged and starts nothing once the first is stored', async () => {
		const [node, xml] = [fresh(), message()];
		const first = await post({ xml, node });
		expect(item(first)).toBeDefined();
		n8nAnswers(first, 200);
		expect(refused(await post({ xml, node }))).toBe(200);
	});

	it('starts the workflow when storing the first failed', async () => {
		const [node, xml] = [fresh(), message()];
		n8nAnswers(await post({ xml, node }), 500);
		expect(item(await post({ xml, node }))).toBeDefined();
	});

	it('waits for the outcome of a first attempt under way', async () => {
		for (const [status, starts] of [
			[200, false],
			[500, true],
		] as const) {
			const [node, xml] = [fresh(), message()];
			const first = await post({ xml, node });
			const second = post({ xml, node });
			await sleep(50);
			n8nAnswers(first, status);
			if (starts) expect(item(await second)).toBeDefined();
			else expect(refused(await second)).toBe(200);
		}
	});

	it('counts as stored even when WeCom has hung up meanwhile', async () => {
		const [node, xml] = [fresh(), message()];
		const first = await post({ xml, node });
		first.response.abort();
		n8nAnswers(first, 200);
		expect(refused(await post({ xml, node }))).toBe(200);
	});

	it('is none when only the second is the same, or another node gets it', async () => {
		const node = fresh();
		for (const type of ['create_user', 'create_user']) {
			const run = await post({ xml: change(type), node });
			expect(item(run)).toBeDefined();
			n8nAnswers(run, 200);
		}
		const xml = message();
		n8nAnswers(await post({ xml, node }), 200);
		expect(item(await post({ xml, node: fresh() }))).toBeDefined();
	});
});

describe('URL verification', () => {
	async function get(query: Record<string, string>, credential: IDataObject = {}) {
		const node = fresh();
		return await runWebhook({
			nodeTypes,
			credentialTypes,
			credentials: { [node]: stored(credential) as never },
			node: {
				name: 'WeCom Trigger',
				id: node,
				type: TRIGGER,
				webhookId: 'hook',
				parameters: {},
				credentials: { wecomApi: node },
			},
			webhookName: 'setup',
			call: { method: 'GET', query },
		});
	}
	const echo = (signedWith: Partial<typeof keys> = {}) => {
		const { encrypted, query } = seal('1616140317555161061', { ...keys, ...signedWith });
		return { ...query, echostr: encrypted };
	};

	it('answers with the bare plaintext', async () => {
		const { result, response } = await get(echo());
		expect(result).toEqual({ noWebhookResponse: true });
		expect([response.statusCode, response.body, response.headers]).toEqual([
			200,
			'1616140317555161061',
			{ 'content-type': 'text/plain; charset=utf-8', 'content-length': '19' },
		]);
	});

	it('bears a + that became a space on the way', async () => {
		const query = echo();
		expect(
			(await get({ ...query, echostr: query.echostr.replaceAll('+', ' ') })).response.body,
		).toBe('1616140317555161061');
	});

	it('refuses what is not from WeCom', async () => {
		expect(refused(await get(echo({ token: 'other' })))).toBe(401);
		expect(refused(await get(echo({ receiveid: 'ww000' })))).toBe(401);
		expect(refused(await get({}))).toBe(400);
	});
});

describe('activation', () => {
	const create = async (credential: IDataObject, source = 'app') => {
		const hook = (nodeTypes[TRIGGER] as (typeof nodeTypes)[typeof TRIGGER]).webhookMethods.default;
		const context = {
			getNodeParameter: (_name: string, fallback: unknown) => fallback,
			getCredentials: async () => stored(credential),
			getNode: () => ({
				id: '1',
				name: 'WeCom Trigger',
				type: TRIGGER,
				typeVersion: 1,
				position: [0, 0],
				parameters: { source },
			}),
		};
		return await hook.create.call(context as never);
	};
	it('passes with a complete credential', async () => {
		expect(await create({})).toBe(true);
		expect(await create({ suiteId: 'dk1' }, 'suite')).toBe(true);
	});
	it('says what a suite credential lacks', async () => {
		await expect(create({}, 'suite')).rejects.toMatchObject({
			message: 'The WeCom Suite API credential has no Suite ID',
			description: expect.stringContaining('provider console'),
		});
	});
	it.each([
		[{ token: '' }, 'The WeCom API credential has no Token'],
		[{ encodingAesKey: '' }, 'The WeCom API credential has no EncodingAESKey'],
		[
			{ encodingAesKey: 'short' },
			'The EncodingAESKey of the WeCom API credential has 5 characters, not the 43 of a key',
		],
	])('says what is missing: %j', async (credential, message) => {
		await expect(create(credential)).rejects.toMatchObject({
			message,
			description: expect.stringContaining('Set API Receive'),
		});
	});
});
