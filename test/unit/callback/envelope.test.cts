import * as official from '@wecom/crypto';

import { parseEncodingAesKey } from '../../../nodes/shared/callback/crypto';
import {
	MAX_BODY_BYTES,
	openCallback,
	openVerification,
	type CallbackQuery,
} from '../../../nodes/shared/callback/envelope';
import vectors from '../../fixtures/callback-crypto-vectors.json';

const [vector, echoVector] = vectors;
const TOKEN = vector.token;
const KEY_TEXT = vector.encodingAesKey;
const CORP = vector.receiveid;
const aesKey = parseEncodingAesKey(KEY_TEXT) as Buffer;
const query = {
	msg_signature: vector.msg_signature,
	timestamp: vector.timestamp,
	nonce: vector.nonce,
};

type Input = Parameters<typeof openCallback>[0];

function envelopeOf(encrypted: string): string {
	return `<xml><ToUserName><![CDATA[${CORP}]]></ToUserName><AgentID>218</AgentID><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`;
}

function open(changes: Partial<Omit<Input, 'rawBody'>> & { body?: string | Buffer } = {}) {
	const { body = envelopeOf(vector.encrypt), ...rest } = changes;
	return openCallback({
		rawBody: Buffer.from(body as string),
		query,
		token: TOKEN,
		aesKey,
		receiveIds: [CORP],
		...rest,
	});
}

/** Sends a payload as WeCom does, with the official package. */
function send(message: string, receiveId = CORP, receiveIds: readonly string[] = [CORP]) {
	const encrypted = official.encrypt(KEY_TEXT, message, receiveId);
	const msg_signature = official.getSignature(TOKEN, '1', 'n', encrypted);
	return open({
		body: envelopeOf(encrypted),
		query: { msg_signature, timestamp: '1', nonce: 'n' },
		receiveIds,
	});
}

describe('openCallback', () => {
	it('reads JSON that has control characters in its texts and behind its end', () => {
		const opened = send('{"msgtype":"text",\r\n"text":{"content":"a\u0001b\nc"}}\u0000');
		expect(opened).toMatchObject({
			ok: true,
			payload: { msgtype: 'text', text: { content: 'ab c' } },
		});
		expect(opened).not.toHaveProperty('raw');
	});

	it('looks for depth in the text that it reads, not in the one with control characters', () => {
		const deep = '['.repeat(100_000) + ']'.repeat(100_000);
		expect(send(`{"a":"\\\u0001" ","b":${deep},"c":"\\\u0001""}`)).toMatchObject({
			ok: true,
			raw: expect.any(String),
		});
	});

	it('opens the official example', () => {
		expect(open()).toEqual({
			ok: true,
			payload: {
				ToUserName: CORP,
				FromUserName: 'mycreate',
				CreateTime: '1409659813',
				MsgType: 'text',
				Content: 'hello',
				MsgId: '4561255354251345929',
				AgentID: '218',
			},
			classification: expect.objectContaining({ family: 'message', kind: 'text', known: true }),
			plaintext: vector.plaintext,
			receiveId: CORP,
			envelope: { toUserName: CORP, agentId: '218' },
		});
	});

	it('makes arrays of what the kind may repeat', () => {
		const opened = send(
			'<xml><MsgType>event</MsgType><Event>template_card_event</Event><SelectedItems><SelectedItem>' +
				'<QuestionKey>q</QuestionKey><OptionIds><OptionId>1</OptionId></OptionIds></SelectedItem></SelectedItems></xml>',
		);
		expect(opened).toMatchObject({
			payload: {
				SelectedItems: { SelectedItem: [{ QuestionKey: 'q', OptionIds: { OptionId: ['1'] } }] },
			},
		});
	});

	it('makes arrays of what may repeat anywhere for a kind it does not know', () => {
		const opened = send('<xml><MsgType>event</MsgType><Event>new</Event><DocId>1</DocId></xml>');
		expect(opened).toMatchObject({
			payload: { DocId: ['1'] },
			classification: { known: false, kind: 'new' },
		});
	});

	it.each([
		['elements in another order', `<xml><Encrypt>${vector.encrypt}</Encrypt></xml>`, {}],
		['an empty agent', `<xml><AgentID></AgentID><Encrypt>${vector.encrypt}</Encrypt></xml>`, {}],
		[
			'a byte order mark',
			`\ufeff${envelopeOf(vector.encrypt)}`,
			{ toUserName: CORP, agentId: '218' },
		],
		['white space', `\r\n ${envelopeOf(vector.encrypt)}\n`, { toUserName: CORP, agentId: '218' }],
		[
			'a declaration',
			`<?xml version="1.0" encoding="UTF-8"?>\n${envelopeOf(vector.encrypt)}`,
			{ toUserName: CORP, agentId: '218' },
		],
		[
			'white space and CDATA in its elements',
			`<xml >\n\t<AgentID />\n<Encrypt >\n<![CDATA[${vector.encrypt}]]>\n</Encrypt >\n</xml >`,
			{},
		],
		[
			'elements nobody asked for, also with names of object properties',
			`<xml><__proto__>a</__proto__><constructor>b</constructor><New><![CDATA[企 > "]]></New><Encrypt>${vector.encrypt}</Encrypt><New/></xml>`,
			{},
		],
	])('accepts an envelope with %s', (_what, body, envelope) => {
		expect(open({ body })).toMatchObject({ ok: true, envelope });
	});

	it.each([
		['an empty body', ''],
		['white space', ' \n'],
		['text', 'hello'],
		['a form', 'Encrypt=abc'],
		['malformed XML', '<xml><Encrypt>a</xml>'],
		['no Encrypt', '<xml><ToUserName>a</ToUserName></xml>'],
		['an empty Encrypt', '<xml><Encrypt></Encrypt></xml>'],
		['two Encrypts', `<xml><Encrypt>${vector.encrypt}</Encrypt><Encrypt>a</Encrypt></xml>`],
		['an Encrypt with children', '<xml><Encrypt><a/></Encrypt></xml>'],
		['an Encrypt that is not base64', envelopeOf('***')],
		['an Encrypt with a reference', '<xml><Encrypt>&#65;AAA</Encrypt></xml>'],
		['an Encrypt in other case', `<xml><encrypt>${vector.encrypt}</encrypt></xml>`],
		['an Encrypt deeper down', `<xml><a><Encrypt>${vector.encrypt}</Encrypt></a></xml>`],
		['an Encrypt in a CDATA section', `<xml><a><![CDATA[<Encrypt>A</Encrypt>]]></a></xml>`],
		['an Encrypt in a comment', `<xml><!--<Encrypt>A</Encrypt>--></xml>`],
		['an Encrypt behind the root', `<xml></xml><Encrypt>${vector.encrypt}</Encrypt>`],
		['a CDATA section without end', '<xml><Encrypt><![CDATA[AAAA</Encrypt></xml>'],
		['text beside the elements', `<xml>x<Encrypt>${vector.encrypt}</Encrypt></xml>`],
		['text after the root', `${envelopeOf(vector.encrypt)}x`],
		['a second root', envelopeOf(vector.encrypt).repeat(2)],
		['a root without end', `<xml><Encrypt>${vector.encrypt}</Encrypt>`],
		['a name without end', '<xml><Encrypt'],
		['another root', `<yml><Encrypt>${vector.encrypt}</Encrypt></yml>`],
		['a DOCTYPE', `<!DOCTYPE xml>${envelopeOf(vector.encrypt)}`],
		[
			'an external entity',
			'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Encrypt>&e;</Encrypt></xml>',
		],
		['a processing instruction', `<xml><?php ?><Encrypt>${vector.encrypt}</Encrypt></xml>`],
		['many elements', `<xml>${'<a/>'.repeat(50)}<Encrypt>${vector.encrypt}</Encrypt></xml>`],
		['random bytes', Buffer.from('ff00fe3c80', 'hex')],
	])('answers 400 to %s', (_what, body) => {
		expect(open({ body })).toEqual({ ok: false, status: 400, reason: expect.any(String) });
	});

	describe('of JSON', () => {
		const { encrypt } = vector;
		it.each([
			['an AI bot', JSON.stringify({ encrypt }), {}],
			[
				'external payment',
				JSON.stringify({ tousername: CORP, encrypt, agentid: '218' }, null, 2),
				{ toUserName: CORP, agentId: '218' },
			],
			['escaped slashes', `{"encrypt":"${encrypt.replaceAll('/', '\\/')}"}`, {}],
			['an agent that is a number', `{"agentid":218,"encrypt":"${encrypt}"}`, { agentId: '218' }],
			[
				'a byte order mark and names of object properties',
				`\ufeff {"__proto__":"a","toString":null,"encrypt" : "${encrypt}"}\n`,
				{},
			],
		])('is accepted from %s', (_what, body, envelope) => {
			expect(open({ body })).toMatchObject({ ok: true, payload: { Content: 'hello' } });
			expect(open({ body })).toHaveProperty('envelope', envelope);
		});

		it.each([
			['nothing in it', '{}'],
			['no end', '{"encrypt":"AAAA"'],
			['no end of a text', '{"encrypt":"AAAA'],
			['an escape at the end', '{"encrypt":"AAAA\\"}'],
			['an encrypt that is no base64', '{"encrypt":"*"}'],
			['an encrypt in other case', `{"Encrypt":"${encrypt}"}`],
			['an encrypt in an object', `{"a":{"encrypt":"${encrypt}"}}`],
			['an encrypt in a list', `{"encrypt":["${encrypt}"]}`],
			['two encrypts', `{"encrypt":"${encrypt}","encrypt":"AAAA"}`],
			['a comma too much', `{"encrypt":"${encrypt}",}`],
			['text behind it', `{"encrypt":"${encrypt}"}x`],
			['many fields', `{${'"a":"b",'.repeat(50)}"encrypt":"${encrypt}"}`],
			['a line break in a text', `{"a":"\n","encrypt":"${encrypt}"}`],
			['a name without quotes', `{encrypt:"${encrypt}"}`],
		])('is refused with %s', (_what, body) => {
			expect(open({ body })).toMatchObject({ ok: false, status: 400 });
		});
	});

	it('opens JSON inside, lists as they are and long numbers with all digits', () => {
		const opened = send(
			'\ufeff {"msgid":"m","Details":{"a":1},"big":12345678901234567890,"list":[1,-9007199254740993,1.5],"a":{"b":null,"c":true}}',
		);
		expect(opened).toMatchObject({
			ok: true,
			payload: {
				msgid: 'm',
				Details: { a: 1 },
				big: '12345678901234567890',
				list: [1, '-9007199254740993', 1.5],
				a: { b: null, c: true },
			},
		});
	});

	it('answers 413 to a body that is too large, and looks at the largest that is not', () => {
		expect(open({ body: Buffer.alloc(MAX_BODY_BYTES + 1, 65) })).toMatchObject({ status: 413 });
		const [before, after] = ['<xml><Encrypt>', '</Encrypt></xml>'];
		const body = before + 'A'.repeat(MAX_BODY_BYTES - before.length - after.length) + after;
		expect(open({ body })).toMatchObject({ status: 401 });
	});

	// A stranger can send these. Each takes some tens of milliseconds (`npm run bench`); work that grew with the square would not end.
	const fill = (before: string, unit: string, after = '') =>
		before +
		unit.repeat(Math.floor((MAX_BODY_BYTES - before.length - after.length) / unit.length)) +
		after;
	it.each([
		['zeros', Buffer.alloc(MAX_BODY_BYTES)],
		['bytes that are no UTF-8', Buffer.alloc(MAX_BODY_BYTES, 'ff00c380', 'hex')],
		['white space', fill('', ' ')],
		['white space behind the declaration', fill('<?xml ?>', ' ')],
		['white space in the root tag', fill('<xml', ' ')],
		['white space behind a tag name', fill('<xml><Encrypt', ' ')],
		['white space in Encrypt', fill('<xml><Encrypt>A', ' ', 'A</Encrypt></xml>')],
		['white space in an end tag', fill('<xml><Encrypt>A</Encrypt', ' ')],
		['white space at the end', fill('<xml><Encrypt>A</Encrypt>', ' ')],
		['a long name', fill('<xml><', 'a')],
		['less-than signs', fill('<xml>', '<')],
		['open elements', fill('<xml>', '<a>')],
		['siblings', fill('<xml>', '<a/>', '</xml>')],
		['an Encrypt without end', fill('<xml><Encrypt>', 'A')],
		['an Encrypt that is not base64 at its end', fill('<xml><Encrypt>', 'A', '*</Encrypt></xml>')],
		['padding', fill('<xml><Encrypt>A', '=', '</Encrypt></xml>')],
		['starts of CDATA', fill('<xml><Encrypt>', '<![CDATA[')],
		['brackets in CDATA', fill('<xml><Encrypt><![CDATA[', ']')],
		['text before a CDATA section without end', fill('<xml><Encrypt>', 'A', '<![CDATA[')],
		['attributes', fill('<xml><Encrypt', ' a="b"', '/></xml>')],
		['references', fill('<xml><Encrypt>', '&#65;', '</Encrypt></xml>')],
		['Encrypts', fill('<xml>', '<Encrypt>A</Encrypt>', '</xml>')],
		['JSON fields', fill('{', '"a":"b",', '}')],
		['JSON brackets', fill('{"encrypt":', '[')],
		['backslashes in JSON', fill('{"encrypt":"', '\\', '"}')],
		['escaped quotes in JSON', fill('{"encrypt":"', '\\"')],
		['a long JSON word', fill('{"encrypt":', '1', '}')],
		['white space in JSON', fill('{"encrypt":', ' ')],
	])('refuses 4 MB of %s at once', (_what, body) => {
		const rawBody = Buffer.from(body as string);
		const refused = openCallback({ rawBody, query, token: TOKEN, aesKey, receiveIds: [CORP] });
		expect(refused).toMatchObject({ ok: false, status: 400 });
	});

	it('checks the size before the envelope, and the envelope before the signature', () => {
		const wrong = { query: { ...query, msg_signature: 'x' } };
		expect(open({ ...wrong, body: Buffer.alloc(MAX_BODY_BYTES + 1) })).toMatchObject({
			status: 413,
		});
		expect(open({ ...wrong, body: '<xml/>' })).toMatchObject({ status: 400 });
	});

	it('checks the signature before it decrypts', () => {
		const refused = open({ body: envelopeOf('AAAA'), query });
		expect(refused).toMatchObject({ status: 401, reason: expect.stringContaining('check Token') });
	});

	it('refuses a change of any byte of the ciphertext', () => {
		const bytes = Buffer.from(vector.encrypt, 'base64');
		for (let at = 0; at < bytes.length; at += 1) {
			const changed = Buffer.from(bytes);
			changed[at] ^= 1;
			const body = envelopeOf(changed.toString('base64'));
			expect(open({ body })).toMatchObject({ ok: false, status: 401 });
		}
	});

	it('refuses a change of any character of the signature, timestamp, nonce or token', () => {
		for (const name of ['msg_signature', 'timestamp', 'nonce'] as const) {
			for (let at = 0; at < query[name].length; at += 1) {
				const value = `${query[name].slice(0, at)}~${query[name].slice(at + 1)}`;
				expect(open({ query: { ...query, [name]: value } })).toMatchObject({ status: 401 });
			}
		}
		expect(open({ token: `${TOKEN}x` })).toMatchObject({ status: 401 });
	});

	it('refuses everything while the token is empty', () => {
		const { timestamp, nonce } = query;
		const msg_signature = official.getSignature('', timestamp, nonce, vector.encrypt);
		for (const token of ['', ' ']) {
			const refused = open({ token, query: { msg_signature, timestamp, nonce } });
			expect(refused).toEqual({ ok: false, status: 401, reason: 'the credential has no Token' });
		}
	});

	it('tells a wrong key', () => {
		const other = Buffer.from(aesKey);
		other[0] ^= 1;
		expect(open({ aesKey: other })).toMatchObject({
			status: 401,
			reason: expect.stringContaining('cannot decrypt: check EncodingAESKey'),
		});
	});

	it.each([
		['msg_signature', undefined],
		['msg_signature', ''],
		['msg_signature', [vector.msg_signature, vector.msg_signature]],
		['timestamp', { $gt: '' }],
		['timestamp', 1409659813],
		['nonce', [vector.nonce]],
		['nonce', null],
	])('answers 400 if %s is %p', (name, value) => {
		const refused = open({ query: { ...query, [name]: value } as CallbackQuery });
		expect(refused).toEqual({
			ok: false,
			status: 400,
			reason: `the URL parameter ${name} is missing or given more than once`,
		});
	});

	describe('receiveid', () => {
		const message = '<xml><MsgType>text</MsgType></xml>';

		it('may be any of those expected, or any at all if none is', () => {
			expect(send(message, 'ww2', ['ww1', 'ww2'])).toMatchObject({ ok: true, receiveId: 'ww2' });
			expect(send(message, '', ['', 'ww1'])).toMatchObject({ ok: true, receiveId: '' });
			expect(send(message, 'ww9', [])).toMatchObject({ ok: true, receiveId: 'ww9' });
		});

		it('is refused if it is another, with both in the reason', () => {
			const refused = send(message, 'ww123', ['ww456', 'ww789']);
			expect(refused).toMatchObject({ ok: false, status: 401 });
			expect(refused).toHaveProperty(
				'reason',
				'receiveid is ww123 but the credential is for ww456 or ww789: the callback is for another company or suite',
			);
		});

		it('is refused if it is empty where an id is expected', () => {
			expect(send(message, '', ['ww1'])).toMatchObject({
				status: 401,
				reason: expect.stringContaining('receiveid is (empty)'),
			});
		});

		it('cannot forge log lines', () => {
			const refused = send(message, `ww\n2024 INFO ${'x'.repeat(500)}`, ['ww1']);
			expect(refused).toMatchObject({ reason: expect.not.stringMatching(/[\n\r]|x{100}/) });
		});
	});

	it.each([
		['hello'],
		['<xml><a></xml'],
		['<!DOCTYPE x><xml/>'],
		[''],
		['["a"]'],
		['{"a":}'],
		['{"a":01234567890123456789}'],
		['{"__proto__":{"isAdmin":true}}'],
		['{"a":[{"constructor":1}]}'],
		[`{"a":${'['.repeat(40)}${']'.repeat(40)}}`],
		[`{"a":[${'1,'.repeat(200_001)}1]}`],
		[`{"a":${'9'.repeat(500)}}`],
		['{"a":"'],
	])('hands on as it is what WeCom has signed but nobody can read (%#)', (message) => {
		expect(send(message)).toMatchObject({
			ok: true,
			payload: {},
			raw: message,
			notWellFormed: expect.any(String),
			classification: { known: false, kind: 'unknown' },
		});
	});

	it('reads leniently what is not well-formed', () => {
		const message =
			'<xml><MsgType>text</MsgType><Content><![CDATA[<a><![CDATA[x]]></a>]]></Content></xml>\u0000';
		const opened = send(message);
		expect(opened).toMatchObject({
			ok: true,
			payload: { MsgType: 'text', Content: '<a><![CDATA[x]]></a>' },
			classification: { known: true, kind: 'text' },
			notWellFormed: expect.any(String),
		});
		expect(opened).not.toHaveProperty('raw');
	});

	it('never puts a secret or the body into a reason', () => {
		const other = Buffer.alloc(32, 7);
		const refusals = [
			open({ token: 'another-token' }),
			open({ aesKey: other }),
			open({ receiveIds: ['ww1'] }),
			open({ body: '<xml><SECRET></xml>' }),
			open({ query: { ...query, nonce: 'SECRET' } }),
		];
		for (const refusal of refusals) {
			if (refusal.ok) throw new Error('must be refused');
			for (const secret of [
				TOKEN,
				'another-token',
				KEY_TEXT,
				vector.msg_signature,
				vector.encrypt,
				'SECRET',
			]) {
				expect(refusal.reason).not.toContain(secret);
			}
		}
	});
});

describe('openVerification', () => {
	const { encrypt: echostr, msg_signature, timestamp, nonce } = echoVector;
	const verification = { msg_signature, timestamp, nonce, echostr };
	const verify = (changes: CallbackQuery = {}, receiveIds: readonly string[] = [CORP]) =>
		openVerification({ ...verification, ...changes }, TOKEN, aesKey, receiveIds);

	it('gives the echo', () => {
		expect(verify()).toEqual({ ok: true, echo: echoVector.plaintext });
	});

	it('gives it although a plus sign has become a space', () => {
		const encrypted =
			vectors.map(({ encrypt }) => encrypt).find((text) => text.includes('+')) ?? '';
		const signature = official.getSignature(TOKEN, timestamp, nonce, encrypted);
		const changes = { echostr: encrypted.replaceAll('+', ' '), msg_signature: signature };
		expect(changes.echostr).toContain(' ');
		expect(verify(changes)).toMatchObject({ ok: true, echo: expect.stringContaining('<xml>') });
	});

	it('keeps an echo that is not ASCII as it is', () => {
		const text = ' "企业微信"\n';
		const encrypted = official.encrypt(KEY_TEXT, text, CORP);
		const signature = official.getSignature(TOKEN, timestamp, nonce, encrypted);
		expect(verify({ echostr: encrypted, msg_signature: signature })).toEqual({
			ok: true,
			echo: text,
		});
	});

	it.each([
		[400, { echostr: undefined }],
		[400, { echostr: '' }],
		[400, { echostr: [echostr, echostr] }],
		[400, { echostr: { a: echostr } }],
		[400, { msg_signature: undefined }],
		[400, { timestamp: [timestamp] }],
		[401, { msg_signature: '0'.repeat(40) }],
		[401, { nonce: '1' }],
		[401, { echostr: `${echostr.slice(0, -4)}AAA=` }],
	])('answers %i to %j', (status, changes) => {
		expect(verify(changes)).toEqual({ ok: false, status, reason: expect.any(String) });
	});

	it('tells a wrong Corp ID and a wrong key', () => {
		expect(verify({}, ['ww1'])).toMatchObject({
			status: 401,
			reason: expect.stringContaining(`receiveid is ${CORP} but the credential is for ww1`),
		});
		expect(openVerification(verification, TOKEN, Buffer.alloc(32), [])).toMatchObject({
			status: 401,
			reason: expect.stringContaining('check EncodingAESKey'),
		});
	});
});
