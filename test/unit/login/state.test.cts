import {
	beginLogin,
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
afterEach(() => jest.useRealTimers());

describe('a login', () => {
	it('has a state WeCom takes and a cookie only this URL gets', () => {
		const { state, cookie } = beginLogin(binding(), journey);
		expect(state).toMatch(/^[a-zA-Z0-9]{72}$/);
		const [pair, ...attributes] = cookie.split('; ');
		expect(pair).toMatch(/^__Secure-wecom_login_[0-2]=[\w-]+\.[\w-]+$/);
		expect(attributes).toEqual([
			'Path=/webhook/login',
			`Max-Age=${2 * LIFETIME_SECONDS}`,
			'HttpOnly',
			'SameSite=Lax',
			'Secure',
		]);
		const plain = binding('', { url: new URL('http://localhost:5678/webhook/login') });
		expect(beginLogin(plain, journey).cookie).toMatch(/^wecom_login_[0-2]=.*SameSite=Lax$/);
	});

	it('ends once, with what the person wanted', () => {
		const { state, cookie } = beginLogin(binding(), journey);
		const back = binding(`other=1; ${cookieOf(cookie)}; more=a=b`);
		const ended = endLogin(back, state);
		expect(ended).toMatchObject({ ok: true, journey });
		expect((ended as { clear: string }).clear).toMatch(/^__Secure-wecom_login_[0-2]=; .*Max-Age=0/);
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

	it('its cookie counts, not one of the same name for a path above', () => {
		const { state, cookie } = beginLogin(binding(), journey);
		const [name] = cookie.split('=');
		const cookies = `${cookieOf(cookie)}; ${name}=of.another`;
		expect(endLogin(binding(cookies), state).ok).toBe(true);
	});

	it('several can be under way in one browser; the oldest gives way', () => {
		const jar = new Map<string, string>();
		const cookies = () => [...jar].map((pair) => pair.join('=')).join('; ');
		const begin = () => {
			const { state, cookie } = beginLogin(binding(cookies()), { ...journey, nonce: state_() });
			const [name, value] = cookieOf(cookie).split('=');
			jar.set(name, value);
			return state;
		};
		let count = 0;
		const state_ = () => `tab${++count}`;
		jest.useFakeTimers({ now: Date.now() });
		const states = Array.from({ length: 5 }, () => {
			jest.advanceTimersByTime(2_000);
			return begin();
		});
		expect(jar.size).toBe(3);
		const outcomes = states.map((state) => endLogin(binding(cookies()), state));
		expect(outcomes.map(({ ok }) => ok)).toEqual([false, false, true, true, true]);
		expect(outcomes.slice(2).map((one) => one.journey?.nonce)).toEqual(['tab3', 'tab4', 'tab5']);
	});

	it('they leave room in the 8 KB that nginx takes of cookies, however long their targets', () => {
		const jar = new Map<string, string>();
		const cookies = () => [...jar].map((pair) => pair.join('=')).join('; ');
		const target = `https://app.example.com/${'a'.repeat(976)}`;
		for (let i = 0; i < 50; i++) {
			const { cookie } = beginLogin(binding(cookies()), {
				...journey,
				target,
				nonce: '"'.repeat(200),
			});
			const [name, value] = cookieOf(cookie).split('=');
			jar.set(name, value);
		}
		expect(target).toHaveLength(1000);
		expect(cookies().length).toBeGreaterThan(5_000);
		expect(cookies().length).toBeLessThan(6_100);
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
