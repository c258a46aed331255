import {
	beginLogin as begin,
	endLogin,
	LIFETIME_SECONDS,
	type Binding,
	type Journey,
} from '../../../nodes/WecomLoginTrigger/state';

const url = new URL('https://n8n.example.com/webhook/login');
const key = Buffer.alloc(32, 7);
const binding = (cookies = '', overrides: Partial<Binding> = {}): Binding => ({
	key,
	scope: 'webhook|wf1|node1',
	url,
	cookies,
	...overrides,
});
const journey: Journey = { page: 'web', target: 'https://app.example.com/页', nonce: 'n-1' };
const cookieOf = (header: string) => header.split(';')[0];
/** A login with nothing in its way sets one cookie. */
const beginLogin = (...login: Parameters<typeof begin>) => {
	const { state, cookies } = begin(...login);
	expect(cookies).toHaveLength(1);
	return { state, cookie: cookies[0] };
};
/** A browser's cookies over https, the oldest first. */
class Jar {
	readonly pairs = new Map<string, string>();

	get cookies() {
		return [...this.pairs].map((pair) => pair.join('=')).join('; ');
	}

	begin(wanted: Partial<Journey> = {}, overrides: Partial<Binding> = {}): string {
		const { state, cookies } = begin(binding(this.cookies, overrides), { ...journey, ...wanted });
		for (const cookie of cookies) {
			const [name, value] = cookieOf(cookie).split('=');
			if (cookie.includes('Max-Age=0')) expect(this.pairs.delete(name)).toBe(true);
			else this.pairs.set(name, value);
		}
		return state;
	}
}
afterEach(() => jest.useRealTimers());

describe('a login', () => {
	it('has a state WeCom takes, and over https a cookie that no other host can set', () => {
		const { state, cookie } = beginLogin(binding(), journey);
		expect(state).toMatch(/^[a-zA-Z0-9]{72}$/);
		const [pair, ...attributes] = cookie.split('; ');
		expect(pair).toMatch(/^__Host-wecom_login_[0-9a-f]{8}_[0-2]=[\w-]+\.[\w-]+$/);
		expect(attributes).toEqual([
			'Path=/',
			`Max-Age=${2 * LIFETIME_SECONDS}`,
			'HttpOnly',
			'SameSite=Lax',
			'Secure',
		]);
		const plain = binding('', { url: new URL('http://localhost:5678/webhook/login') });
		expect(beginLogin(plain, journey).cookie).toMatch(
			/^wecom_login_[0-2]=.*; Path=\/webhook\/login; .*SameSite=Lax$/,
		);
	});

	it('ends once, with what the person wanted', () => {
		const { state, cookie } = beginLogin(binding(), journey);
		const back = binding(`other=1; ${cookieOf(cookie)}; more=a=b`);
		const ended = endLogin(back, state);
		expect(ended).toMatchObject({ ok: true, journey });
		expect((ended as { clear: string }).clear).toMatch(
			/^__Host-wecom_login_[0-9a-f]{8}_[0-2]=; Path=\/; Max-Age=0; .*Secure$/,
		);
		expect(endLogin(back, state)).toMatchObject({ ok: false, reason: 'used' });
		expect(endLogin(binding(), state)).toMatchObject({ ok: false, reason: 'used' });
	});

	it('cannot be ended in another browser, nor with the cookie of another login', () => {
		const mine = beginLogin(binding(), journey);
		const other = beginLogin(binding(), journey);
		expect(endLogin(binding(), mine.state)).toEqual({ ok: false, reason: 'otherBrowser' });
		expect(endLogin(binding(cookieOf(other.cookie)), mine.state)).toEqual({
			ok: false,
			reason: 'otherBrowser',
		});
		expect(endLogin(binding(cookieOf(mine.cookie)), mine.state).ok).toBe(true);
	});

	it('ends in time only; for as long again the browser knows what it was, and says so once', () => {
		const { state, cookie } = beginLogin(binding(), journey);
		const other = beginLogin(binding(), journey);
		const start = Date.now();
		const at = (seconds: number) => jest.useFakeTimers({ now: start + seconds * 1000 });
		const lifetime = Number(/Max-Age=(\d+)/.exec(cookie)![1]);
		at(lifetime - 2);
		const back = binding(cookieOf(cookie));
		expect(endLogin(binding(), state)).toEqual({ ok: false, reason: 'expired' });
		expect(endLogin(back, state)).toMatchObject({ ok: false, reason: 'expired', journey });
		expect(endLogin(back, state)).toMatchObject({ ok: false, reason: 'used' });
		at(lifetime + 2);
		expect(endLogin(binding(cookieOf(other.cookie)), other.state)).toEqual({
			ok: false,
			reason: 'expired',
		});
	});

	it('cannot be forged: no digit of the state can change, no other key or trigger can make it', () => {
		const { state, cookie } = beginLogin(binding(), journey);
		const cookies = cookieOf(cookie);
		for (let at = 0; at < state.length; at++) {
			const digit = state[at] === '0' ? '1' : '0';
			const changed = state.slice(0, at) + digit + state.slice(at + 1);
			expect(endLogin(binding(cookies), changed)).toEqual({ ok: false, reason: 'forged' });
		}
		for (const other of [{ key: Buffer.alloc(32, 8) }, { scope: 'webhook|wf1|node2' }])
			expect(endLogin(binding(cookies, other), state)).toEqual({ ok: false, reason: 'forged' });
		for (const odd of ['', 'abc', `${state}0`, state.toUpperCase(), `${state}\n`, 'é'.repeat(72)])
			expect(endLogin(binding(cookies), odd)).toEqual({ ok: false, reason: 'forged' });
	});

	it('a changed cookie is none', () => {
		const { state, cookie } = beginLogin(binding(), journey);
		const [name, value] = cookieOf(cookie).split('=');
		const [payload, mac] = value.split('.');
		const evil = JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown[];
		evil[3] = 'https://evil.example/';
		const forged = Buffer.from(JSON.stringify(evil)).toString('base64url');
		for (const changed of [`${forged}.${mac}`, payload, `${payload}.`, '', '.', 'x.y'])
			expect(endLogin(binding(`${name}=${changed}`), state)).toEqual({
				ok: false,
				reason: 'otherBrowser',
			});
	});

	it('over https a cookie that a neighbour can set is none', () => {
		const { state, cookie } = beginLogin(binding(), journey);
		const [name, value] = cookieOf(cookie).split('=');
		const bare = name.replace('__Host-', '');
		for (const other of [bare, `__Secure-${bare}`, `__Secure-wecom_login_${name.at(-1)}`])
			expect(endLogin(binding(`${other}=${value}`), state)).toEqual({
				ok: false,
				reason: 'otherBrowser',
			});
	});

	it('over http its cookie counts, not one of the same name for a path above', () => {
		const plain = { url: new URL('http://localhost:5678/webhook/login') };
		const { state, cookie } = beginLogin(binding('', plain), journey);
		const [name] = cookie.split('=');
		const cookies = `${cookieOf(cookie)}; ${name}=of.another`;
		expect(endLogin(binding(cookies, plain), state).ok).toBe(true);
	});

	it('several can be under way in one browser; the oldest gives way', () => {
		const jar = new Jar();
		jest.useFakeTimers({ now: Date.now() });
		const states = ['tab1', 'tab2', 'tab3', 'tab4', 'tab5'].map((nonce) => {
			jest.advanceTimersByTime(2_000);
			return jar.begin({ nonce });
		});
		expect(jar.pairs.size).toBe(3);
		const outcomes = states.map((state) => endLogin(binding(jar.cookies), state));
		expect(outcomes.map(({ ok }) => ok)).toEqual([false, false, true, true, true]);
		expect(outcomes.slice(2).map((one) => one.journey?.nonce)).toEqual(['tab3', 'tab4', 'tab5']);
	});

	it('those of several triggers do not meet', () => {
		const jar = new Jar();
		const scopes = ['a', 'b', 'c', 'd'].map((scope) => ({ scope }));
		const states = [0, 1, 2].flatMap(() => scopes.map((scope) => [jar.begin({}, scope), scope]));
		expect(jar.pairs.size).toBeGreaterThan(4);
		for (const [state, scope] of states.slice(-4) as Array<[string, { scope: string }]>)
			expect(endLogin(binding(jar.cookies, scope), state)).toMatchObject({ ok: true, journey });
	});

	it('all of them leave room in the 8 KB that nginx takes of cookies, however long their targets', () => {
		const target = `https://app.example.com/${'a'.repeat(976)}`;
		expect(target).toHaveLength(1000);
		for (const triggers of [1, 10]) {
			const jar = new Jar();
			let last = '';
			for (let i = 0; i < 50; i++) {
				last = jar.begin({ target, nonce: '"'.repeat(200) }, { scope: `trigger${i % triggers}` });
				expect(jar.cookies.length).toBeLessThan(6_100);
			}
			expect(jar.cookies.length).toBeGreaterThan(3_900);
			const own = { scope: `trigger${49 % triggers}` };
			expect(endLogin(binding(jar.cookies, own), last).ok).toBe(true);
		}
	});

	it('remembers the used ones within bounds', () => {
		const first = beginLogin(binding(), journey);
		expect(endLogin(binding(cookieOf(first.cookie)), first.state).ok).toBe(true);
		for (let i = 0; i < 20_000; i++) {
			const { state, cookie } = beginLogin(binding(), journey);
			endLogin(binding(cookieOf(cookie)), state);
		}
		// Forgotten: now only WeCom, which takes a code once, refuses the second time.
		expect(endLogin(binding(cookieOf(first.cookie)), first.state).ok).toBe(true);
	});
});
