/**
 * What no example thinks of: random callbacks, encrypted by WeCom's own package, arrive exactly; changed ones do not; hostile
 * ones do no harm; and OpenSSL's command line, a third implementation, agrees.
 */
import { execFileSync } from 'node:child_process';
import * as official from '@wecom/crypto';
import fc, { type Arbitrary } from 'fast-check';

import { decrypt, parseEncodingAesKey } from '../../../nodes/shared/callback/crypto';
import { openCallback } from '../../../nodes/shared/callback/envelope';
import { passiveReply } from '../../../nodes/shared/callback/passiveReply';
import { getSignature } from '../../../simulator/crypto.cts';
import { toXml, type XmlFields, type XmlValue } from '../../../simulator/xml.cts';

const TOKEN = 'QDG6eK';
const KEY = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const CORP = 'wx5823bf96d3bd56c7';
const aesKey = parseEncodingAesKey(KEY) as Buffer;

const sealed = (message: string) => {
	const encrypted = official.encrypt(KEY, message, CORP);
	const query = { timestamp: '1', nonce: 'n', msg_signature: '' };
	query.msg_signature = official.getSignature(TOKEN, '1', 'n', encrypted);
	return { encrypted, query };
};
const xmlEnvelope = (encrypted: string) =>
	`<xml><ToUserName><![CDATA[${CORP}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt><AgentID>1</AgentID></xml>`;
const jsonEnvelope = (encrypt: string) =>
	JSON.stringify({ tousername: CORP, encrypt, agentid: '1' });
const open = (body: string | Buffer, query: object) =>
	openCallback({
		rawBody: Buffer.from(body as string),
		query,
		token: TOKEN,
		aesKey,
		receiveIds: [CORP],
	});
const arrive = (message: string, envelope = xmlEnvelope) => {
	const { encrypted, query } = sealed(message);
	return open(envelope(encrypted), query);
};
const payloadOf = (message: string, envelope = xmlEnvelope) => {
	const opened = arrive(message, envelope);
	if (!opened.ok) throw new Error(opened.reason);
	return opened.payload;
};

/** Any text there is in UTF-8, with more of what could be taken for markup. */
const anyText = fc.oneof(
	fc.string({ unit: 'binary', maxLength: 60 }),
	fc.string({ unit: 'grapheme', maxLength: 30 }),
	fc
		.array(
			fc.constantFrom(
				']]>',
				']]',
				'<![CDATA[',
				'&amp;',
				'&',
				'<',
				'</a>',
				'"',
				"'",
				'😀',
				'👨‍👩‍👧‍👦',
				' ',
				'\n',
				'\t',
				'企',
				'<!--',
				'-->',
				'&#65;',
				'{{ $json }}',
				'__proto__',
			),
			{ maxLength: 12 },
		)
		.map((parts) => parts.join('')),
);
// Names that may repeat are arrays by themselves for a kind nobody knows: not these.
const name = fc.stringMatching(/^[A-Z][A-Za-z0-9_.-]{0,12}x$/);
const tree = fc.letrec<{ node: XmlFields; value: XmlValue }>((tie) => ({
	node: fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
	value: fc.oneof<[Arbitrary<XmlValue>, Arbitrary<XmlValue>, Arbitrary<XmlValue>]>(
		anyText,
		tie('node'),
		fc.array(fc.oneof<[Arbitrary<XmlValue>, Arbitrary<XmlValue>]>(anyText, tie('node')), {
			minLength: 2,
			maxLength: 3,
		}),
	),
})).node;

/** What of a tree can arrive: XML knows no line end but '\n', and no empty object. */
function expected(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(expected);
	if (typeof value !== 'object' || value === null) return String(value).replace(/\r\n?/g, '\n');
	const entries = Object.entries(value).map(([key, child]) => [key, expected(child)]);
	return entries.length === 0 ? '' : Object.fromEntries(entries);
}

/** Without CDATA: every markup character, and some others, as references. */
function withReferences(value: unknown, key: string): string {
	if (Array.isArray(value)) return value.map((entry) => withReferences(entry, key)).join('');
	const inner =
		typeof value === 'object' && value !== null
			? Object.entries(value)
					.map(([child, content]) => withReferences(content, child))
					.join('')
			: [...String(value)]
					.map((character) => {
						const code = character.codePointAt(0)!;
						if ('&<>"\''.includes(character)) return `&#x${code.toString(16)};`;
						return code > 127 && code % 3 === 0 ? `&#${code};` : character;
					})
					.join('');
	return `<${key}>${inner}</${key}>`;
}

const head = { MsgType: 'event', Event: 'fuzz' };

describe('random callbacks arrive exactly', () => {
	it('in XML, as CDATA', () => {
		fc.assert(
			fc.property(tree, (fields) => {
				const whole = { ...head, ...fields };
				expect(payloadOf(toXml(whole))).toEqual(expected(whole));
			}),
			{ numRuns: 400 },
		);
	});

	it('in XML, with references', () => {
		// White space alone beside markup is layout, and a NUL has no reference.
		const plain = tree.filter((fields) => !JSON.stringify(fields).includes('\\u0000'));
		fc.assert(
			fc.property(plain, (fields) => {
				const whole = { ...head, ...fields };
				expect(payloadOf(withReferences(whole, 'xml'))).toEqual(expected(whole));
			}),
			{ numRuns: 400 },
		);
	});

	it('in JSON, with integers of any length', () => {
		const readable = (value: unknown): unknown => {
			if (typeof value === 'number') {
				const text = JSON.stringify(value);
				return /^-?\d+$/.test(text) && !Number.isSafeInteger(value) ? text : Number(text);
			}
			if (Array.isArray(value)) return value.map(readable);
			if (typeof value !== 'object' || value === null) return value;
			return Object.fromEntries(
				Object.entries(value).map(([key, child]) => [key, readable(child)]),
			);
		};
		const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 6 }), {
			noNullPrototype: true,
		});
		fc.assert(
			fc.property(object, fc.constantFrom(0, 2, '\t'), (value, indent) => {
				const text = JSON.stringify(value, undefined, indent);
				const opened = arrive(text, jsonEnvelope);
				const reserved = /"(__proto__|constructor|prototype)":/.test(text);
				if (reserved) expect(opened).toMatchObject({ ok: true, payload: {}, raw: text });
				else expect(opened).toMatchObject({ ok: true, payload: readable(value) });
			}),
			{ numRuns: 400 },
		);
		fc.assert(
			fc.property(fc.bigInt(), (id) => {
				const small = id >= Number.MIN_SAFE_INTEGER && id <= Number.MAX_SAFE_INTEGER;
				const wanted = {
					id: small ? Number(id) : String(id),
					list: [small ? Number(id) : String(id)],
				};
				expect(payloadOf(`{"id":${id},"list":[${id}]}`, jsonEnvelope)).toEqual(wanted);
			}),
		);
	});

	it('at 31 levels and not at 33', () => {
		const nested = (levels: number) =>
			`<xml>${'<a>'.repeat(levels - 1)}deep${'</a>'.repeat(levels - 1)}</xml>`;
		expect(JSON.stringify(payloadOf(nested(31)))).toContain('deep');
		expect(arrive(nested(33))).toMatchObject({ ok: true, payload: {}, raw: nested(33) });
	});

	it.each([
		['ASCII', 'a'.repeat(2 << 20)],
		['Chinese', '企'.repeat(700_000)],
		['CDATA ends', ']]>'.repeat(150_000)],
		['blanks', ` ${' '.repeat(2 << 20)}.`],
		['line breaks', '\n'.repeat(1 << 20)],
	])('with 2 MB of %s', (_what, Content) => {
		const payload = payloadOf(toXml({ ...head, Content }));
		expect(payload.Content === Content).toBe(true);
	});

	it('and replies go back the same way: WeCom reads what was written', () => {
		// What XML cannot hold is left out.
		const legal = (text: string) =>
			[...text]
				.filter((one) => /[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(one))
				.join('');
		fc.assert(
			fc.property(anyText, (Content) => {
				const sender = { FromUserName: 'zhangsan', ToUserName: CORP };
				const body = passiveReply(
					sender,
					'text',
					{ Content },
					{ token: TOKEN, aesKey, receiveId: CORP },
				);
				const [, encrypted] = /<Encrypt><!\[CDATA\[([^\]]+)/.exec(body)!;
				const { message, id } = official.decrypt(KEY, encrypted);
				expect(id).toBe(CORP);
				const [, inner] = /<Content>(.*)<\/Content>/s.exec(message)!;
				expect(inner.replaceAll(']]]]><![CDATA[>', ']]>')).toBe(`<![CDATA[${legal(Content)}]]>`);
			}),
		);
	});
});

describe('a change on the way', () => {
	const message = toXml({ ...head, Content: 'Transfer 100 to zhangsan', FromUserName: 'linna' });
	const { encrypted, query } = sealed(message);
	const changed = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));

	it.each([
		['XML', xmlEnvelope(encrypted)],
		['JSON', jsonEnvelope(encrypted)],
	])(
		'of any byte of the %s body is refused, or changes nothing of the payload',
		(_format, body) => {
			const original = open(body, query);
			const from = body.indexOf(encrypted);
			fc.assert(
				fc.property(changed, ([at, mask]) => {
					const bytes = Buffer.from(body);
					const position = at % bytes.length;
					bytes[position] ^= mask;
					const opened = open(bytes, query);
					const inside = position >= from && position < from + encrypted.length;
					if (inside) expect(opened.ok).toBe(false);
					// The rest of the envelope is not signed: it may change, and only for display.
					if (opened.ok) expect(opened).toMatchObject({ ...original, envelope: expect.anything() });
				}),
				{ numRuns: 2_000 },
			);
		},
	);

	it('of the query is refused', () => {
		const names = fc.constantFrom('msg_signature', 'timestamp', 'nonce');
		fc.assert(
			fc.property(names, fc.string(), (parameter, value) => {
				fc.pre(value !== query[parameter as keyof typeof query]);
				expect(open(xmlEnvelope(encrypted), { ...query, [parameter]: value }).ok).toBe(false);
			}),
			{ numRuns: 500 },
		);
	});
});

describe('hostile input does no harm', () => {
	const clean = () => {
		expect(({} as Record<string, unknown>).polluted).toBeUndefined();
		expect(Object.keys(Object.prototype)).toEqual([]);
	};
	const laughs = Array.from(
		{ length: 9 },
		(_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`,
	);
	it.each([
		['billion laughs', `<!DOCTYPE x [<!ENTITY l0 "lol">${laughs.join('')}]><xml><a>&l9;</a></xml>`],
		[
			'an external entity',
			'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><a>&e;</a></xml>',
		],
		['a parameter entity', '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1/x">%p;]><xml/>'],
		['an external DTD', '<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml><a>1</a></xml>'],
		['a DTD behind the root', '<xml><!DOCTYPE x><a>1</a></xml>'],
		['an entity of HTML', '<xml><a>&nbsp;</a></xml>'],
		['an entity declared inside', '<xml><!ENTITY a "b"><a>&a;</a></xml>'],
		['__proto__', '<xml><__proto__><polluted>1</polluted></__proto__></xml>'],
		[
			'constructor',
			'<xml><constructor><prototype><polluted>1</polluted></prototype></constructor></xml>',
		],
		['prototype deeper down', '<xml><a><prototype>1</prototype></a></xml>'],
		['__proto__ in JSON', '{"__proto__":{"polluted":1}}'],
		['__proto__ in JSON, escaped', '{"\\u005f_proto__":{"polluted":1}}'],
		['constructor in a list', '{"a":[{"constructor":{"prototype":{"polluted":1}}}]}'],
		['many brackets', `{"a":${'['.repeat(200_000)}`],
		['many tags', `<xml>${'<a>'.repeat(200_000)}`],
	])('%s', (_what, message) => {
		const opened = arrive(message);
		expect(opened).toMatchObject({ ok: true, notWellFormed: expect.any(String) });
		expect(opened.ok && JSON.stringify(opened.payload)).not.toMatch(/polluted|lol|root:/);
		clean();
	});

	it('names of object methods are only names', () => {
		const payload = payloadOf(
			'<xml><toString>a</toString><valueOf><hasOwnProperty>b</hasOwnProperty></valueOf></xml>',
		);
		expect(JSON.stringify(payload)).toBe('{"toString":"a","valueOf":{"hasOwnProperty":"b"}}');
	});

	it('random bytes and texts are refused, never thrown at', () => {
		const { query } = sealed('x');
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
				expect(open(Buffer.from(bytes), query).ok).toBe(false);
			}),
			{ numRuns: 500 },
		);
		const pieces = fc.constantFrom(
			'<xml>',
			'</xml>',
			'<a>',
			'</a>',
			'<a/>',
			'<![CDATA[',
			']]>',
			'{',
			'}',
			'[',
			']',
			':',
			',',
			'"',
			'\\',
			'-',
			'1',
			'e9',
			'&',
			';',
			'<',
			'>',
			'<?xml ?>',
			'x',
			'\u0000',
		);
		fc.assert(
			fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
				const opened = arrive(parts.join(''));
				if (!opened.ok) expect(opened).toMatchObject({ status: 400, reason: expect.any(String) });
				clean();
			}),
			{ numRuns: 2_000 },
		);
	});
});

describe('OpenSSL on the command line', () => {
	const hasOpenssl = (() => {
		try {
			execFileSync('openssl', ['version'], { stdio: 'ignore' });
			return true;
		} catch {
			return false;
		}
	})();
	const withOpenssl = hasOpenssl || process.env.CI === 'true' ? it : it.skip;
	const aes = (input: Buffer, direction: '-e' | '-d') => {
		const iv = aesKey.subarray(0, 16).toString('hex');
		const args = [
			'enc',
			'-aes-256-cbc',
			direction,
			'-nopad',
			'-K',
			aesKey.toString('hex'),
			'-iv',
			iv,
		];
		return execFileSync('openssl', args, { input });
	};
	const sha1 = (text: string) =>
		execFileSync('openssl', ['dgst', '-sha1', '-r'], { input: text }).toString().split(' ')[0];

	withOpenssl('encrypts and signs what is opened here', () => {
		for (const bytes of [0, 1, 11, 12, 13, 31, 32, 33, 1_000]) {
			const message = toXml({ ...head, Content: `企${'x'.repeat(bytes)}` });
			const length = Buffer.alloc(4);
			length.writeUInt32BE(Buffer.byteLength(message));
			const content = Buffer.concat([Buffer.alloc(16, 7), length, Buffer.from(message + CORP)]);
			const pad = 32 - (content.length % 32);
			const encrypted = aes(Buffer.concat([content, Buffer.alloc(pad, pad)]), '-e').toString(
				'base64',
			);
			const msg_signature = sha1([TOKEN, '1', 'n', encrypted].sort().join(''));
			const opened = open(xmlEnvelope(encrypted), { timestamp: '1', nonce: 'n', msg_signature });
			expect(opened).toMatchObject({ ok: true, plaintext: message, receiveId: CORP });
		}
	});

	withOpenssl('decrypts and verifies what is sealed here', () => {
		const sender = { FromUserName: 'zhangsan', ToUserName: CORP };
		const body = passiveReply(
			sender,
			'text',
			{ Content: '企' },
			{ token: TOKEN, aesKey, receiveId: CORP },
		);
		const field = (tag: string) =>
			new RegExp(`<${tag}>(?:<!\\[CDATA\\[)?([^\\]<]+)`).exec(body)![1];
		const content = aes(Buffer.from(field('Encrypt'), 'base64'), '-d');
		const end = 20 + content.readUInt32BE(16);
		expect(content.toString('utf8', 20, end)).toContain('<Content><![CDATA[企]]></Content>');
		expect(content.toString('utf8', end, end + CORP.length)).toBe(CORP);
		expect(content.length % 32).toBe(0);
		const values = [TOKEN, field('TimeStamp'), field('Nonce'), field('Encrypt')];
		expect(field('MsgSignature')).toBe(sha1(values.sort().join('')));
		expect(getSignature(TOKEN, field('TimeStamp'), field('Nonce'), field('Encrypt'))).toBe(
			field('MsgSignature'),
		);
		expect(decrypt(aesKey, field('Encrypt'))?.receiveId).toBe(CORP);
	});
});
