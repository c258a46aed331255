import errorTable from '../../../nodes/shared/protocol/errorTable.json';
import { NodeApiError } from 'n8n-workflow';
import {
	describeErrcode,
	describeUnreachable,
	isWorthRetrying,
	networkCode,
} from '../../../nodes/shared/protocol/errors';
import { parseReply, readErrmsg } from '../../../nodes/shared/protocol/reply';

const ERRMSG =
	'not allow to access from your ip, hint: [1576065934_28_e0fae07666aa64636023c1fa7e8f49a4], from ip: 203.0.113.7, more info at https://open.work.weixin.qq.com/devtool/query?e=60020';

describe('parseReply', () => {
	it('reads past control characters before and in the object', () => {
		expect(parseReply('\u0000{"errcode":0}')).toEqual({ errcode: 0 });
		expect(parseReply('{"name":"a\u0001b\nc"}\u0000')).toEqual({ name: 'ab c' });
	});

	it('keeps integers beyond 2^53 as strings, and everything else as it is', () => {
		const text =
			'{"errcode":0,"spno":202611210001000123,"list":[9007199254740993,-9007199254740995,12],"small":9007199254740991,"f":1234567890123456.5,"e":1234567890123456e3,"text":"id: 1234567890123456789, \\"1234567890123456789\\""}';
		expect(parseReply(text)).toEqual({
			errcode: 0,
			spno: '202611210001000123',
			list: ['9007199254740993', '-9007199254740995', 12],
			small: 9007199254740991,
			f: 1234567890123456.5,
			e: 1234567890123456e3,
			text: 'id: 1234567890123456789, "1234567890123456789"',
		});
	});

	it.each<[string, object]>([
		['{"errcode":"0","errmsg":"ok","name":"x"}', { errcode: 0, errmsg: 'ok', name: 'x' }],
		['{"errcode":"-1"}', { errcode: -1 }],
		['{"errcode":0,"name":"a\u0001b\nc"}', { errcode: 0, name: 'ab c' }],
		['\ufeff{"errcode":0}\r\n\u0000', { errcode: 0 }],
		['{\n\t"errcode": 0\n}', { errcode: 0 }],
		['{"name":"x"}', { name: 'x' }],
	])('reads %p, as some endpoints and proxies send it', (text, expected) =>
		expect(parseReply(text)).toEqual(expected),
	);

	it.each([
		'',
		'<html></html>',
		'{"errcode":0,"name":"cut off',
		'{',
		'[]',
		'null',
		'12',
		undefined,
	])('is undefined for %p', (body) => {
		expect(parseReply(body)).toBeUndefined();
	});
});

describe('readErrmsg', () => {
	it('takes errmsg apart', () => {
		expect(readErrmsg(ERRMSG)).toEqual({
			text: 'not allow to access from your ip',
			hintId: '1576065934_28_e0fae07666aa64636023c1fa7e8f49a4',
			fromIp: '203.0.113.7',
			wrongJson: false,
		});
	});
	it('sees a warning about JSON', () =>
		expect(readErrmsg('ok. Warning: wrong json format. ').wrongJson).toBe(true));
	it('bears a missing errmsg', () =>
		expect(readErrmsg(undefined)).toMatchObject({ text: '', wrongJson: false }));
});

describe('describeErrcode', () => {
	it('names the IP and where to trust it', async () => {
		const failure = await describeErrcode({ errcode: 60020, errmsg: ERRMSG });
		expect(failure.message).toBe('WeCom does not trust the IP 203.0.113.7 (60020)');
		expect(failure.description).toContain('Add 203.0.113.7');
		expect(failure.description).toContain("App Management > your app > Company's Trusted IP");
		expect(failure.description).toContain('1576065934_28_e0fae07666aa64636023c1fa7e8f49a4');
	});

	it('uses the table', async () => {
		const failure = await describeErrcode({ errcode: 40013, errmsg: 'invalid corpid' });
		expect(failure).toMatchObject({
			errcode: 40013,
			class: 'config',
			message: 'The Corp ID is not valid (40013)',
		});
		expect(failure.description).toContain('My Company');
		expect(failure.description).toContain('WeCom said: "invalid corpid".');
	});

	it('says when a limit lifts', async () => {
		expect((await describeErrcode({ errcode: 45009 })).description).toContain(
			'lifts after 60 seconds',
		);
	});

	it('helps on with a code no table knows', async () => {
		const failure = await describeErrcode({ errcode: 999999999, errmsg: 'new thing' });
		expect(failure.message).toBe('WeCom refused the request (999999999)');
		expect(failure.description).toBe(
			'WeCom said: "new thing". More: https://open.work.weixin.qq.com/devtool/query?e=999999999',
		);
	});

	it('has a next step for every code, and no message that n8n would replace by its own', async () => {
		const node = {
			id: '1',
			name: 'n',
			type: 't',
			typeVersion: 1,
			position: [0, 0],
			parameters: {},
		} as never;
		const codes = Object.keys(errorTable).map(Number);
		expect(codes.length).toBeGreaterThan(1600);
		for (const errcode of codes) {
			const { message, description } = await describeErrcode({ errcode, errmsg: 'x' });
			expect(description.length).toBeGreaterThan(20);
			expect(new NodeApiError(node, { message }, { message, description }).message).toBe(message);
		}
	});
});

describe('a host that does not answer', () => {
	it('is told by its code, wherever it hides', () => {
		const error = { message: 'x', cause: { cause: { code: 'ENOTFOUND' } } };
		expect(networkCode(error)).toBe('ENOTFOUND');
		expect(describeUnreachable('https://a.example', error).message).toBe(
			'WeCom cannot be reached at https://a.example (the host name is unknown)',
		);
	});
});

describe('isWorthRetrying', () => {
	const answered = (httpStatus: number) => ({ message: '', description: '', httpStatus });
	it.each([
		[429, true, true],
		[408, true, false],
		[503, true, false],
		[404, false, false],
	])('HTTP %d from what stands before WeCom', (status, reading, writing) => {
		expect(isWorthRetrying(answered(status), true)).toBe(reading);
		expect(isWorthRetrying(answered(status), false)).toBe(writing);
	});
});
