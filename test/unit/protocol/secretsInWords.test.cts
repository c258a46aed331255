import type { ICredentialType } from 'n8n-workflow';
import { lookUpError } from '../../../nodes/shared/protocol/errorTable';
import table from '../../../nodes/shared/protocol/errorTable.json';
import {
	describeForeignReply,
	describeUnreachable,
	isWorthRetrying,
} from '../../../nodes/shared/protocol/errors';
import { declaredCredentials } from '../../support/declared.cts';

describe('an address in a message', () => {
	it.each(['https', 'wss'])('%s: is without user name and password', (scheme) => {
		const address = `${scheme}://proxy:pa55@w@gateway.example:8443/qy?a=@`;
		for (const { message } of [
			describeUnreachable(address, new Error('x')),
			describeForeignReply(address, 502),
		]) {
			expect(message).toContain(`${scheme}://gateway.example:8443/qy?a=@`);
			expect(message).not.toMatch(/proxy|pa55/);
		}
	});
});

it('what is no address is shown without a password, too', () => {
	for (const address of ['https://proxy:pa/55@gateway.example', 'proxy:pa 55@gateway.example']) {
		const { message } = describeUnreachable(address, new Error('x'));
		expect(message).toContain('gateway.example');
		expect(message).not.toMatch(/pa.?55/);
	}
});

describe('what a credential holds', () => {
	const base = 'https://user:pa55@proxy.example/qy/';
	const data = { baseUrl: base, bridgeUrl: base, authKey: 'key', bridgeToken: 'token' };
	// An AI bot's credential sends nothing.
	const own = declaredCredentials()
		.filter(({ name }) => name !== 'wecomBotApi')
		.map((type): [string, ICredentialType] => [type.name, type]);
	const send = async ({ authenticate }: ICredentialType, credentials: object, request: object) =>
		await (authenticate as (...args: object[]) => Promise<object>)(credentials, request);

	describe.each(own)('%s', (_name, type) => {
		it.each([
			['https://proxy.example/qy/cgi-bin/user/get', undefined],
			['/cgi-bin/user/get', 'https://proxy.example/'],
		])('goes to the own host: %s', async (url, baseURL) => {
			await send(type, data, { url, baseURL });
			// The HTTP Request node of n8n says it so.
			await send(type, data, { uri: url, baseURL });
		});
		it.each([
			'https://proxy.example.evil.com/',
			'http://proxy.example/',
			'https://proxy.example:444/',
			'https://proxy.example@evil.com/',
			'/relative',
			'',
		])('does not go to %s', async (url) => {
			await expect(send(type, data, { url })).rejects.toThrow(
				/^What this credential holds goes to https:\/\/proxy\.example\/qy only/,
			);
		});
		it('goes nowhere while its own address is none', async () => {
			const none = { ...data, baseUrl: 'nowhere', bridgeUrl: 'nowhere' };
			await expect(send(type, none, { url: '/relative' })).rejects.toThrow(/goes to nowhere only/);
		});
	});
	it('goes to WeCom by default', async () => {
		const url = 'https://qyapi.weixin.qq.com/cgi-bin/user/get';
		await send(own[0][1], {}, { url });
	});
});

describe('a code that says how much, not how fast, or what a job has come to', () => {
	it.each([
		40128, 84055, 41094, 45036, 90313, 846607, 6000, 90419, 701081, 701405, 302005, 81026, 710633,
		710634, 710637, 790041,
	])('%s is not tried again', async (errcode) => {
		const facts = await lookUpError(errcode);
		const failure = { message: '', description: '', errcode, class: facts!.class };
		expect(isWorthRetrying(failure, true)).toBe(false);
	});
	it('all others that are tried again were looked at one by one', () => {
		const again = Object.entries(table as unknown as Record<string, string[]>)
			.filter(([, row]) => ['rate', 'transient'].includes(row[2]))
			.map(([code]) => Number(code));
		expect(again.sort((a, b) => a - b)).toEqual([
			-1, 41063, 41079, 45009, 45033, 45035, 90304, 90409, 301022, 301057, 301064, 301096, 701022,
			701033, 701085, 701134, 701142, 710638, 710642, 710660, 710674, 710675, 710676, 710682,
			710700, 770007, 790023, 2000111, 2000141, 2010003, 2023032, 2040035, 2090726, 2400007,
			2543337,
		]);
	});
});
