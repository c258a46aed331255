/** People log in through a real n8n: in Chromium, in many browsers at once, and on to an application. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jwtVerify } from 'jose';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { DEMO_APP, DEMO_CORP } from '../../simulator/demo-data.cts';
import { browserOrSkip, launchBrowser, screenshot, withEditor } from '../support/browser.cts';
import {
	fillCredentialField,
	openCredential,
	openNode,
	openWorkflow,
	saveCredential,
} from '../support/editor.cts';
import { http } from '../support/http.cts';
import { nginxOrSkip, startNginx } from '../support/nginx.cts';
import { since } from '../support/n8n-release.cts';
import { type Credential, type WorkflowNode } from '../support/n8n-rest.cts';
import { repoRoot } from '../support/paths.cts';
import {
	begin,
	beginLongAgo,
	decide,
	heading,
	type App,
	LOGIN,
	publishLogin,
	respondNode,
	startApp,
	visit,
	withPage,
	WXWORK,
} from './login-support.cts';
import { credentialData, useN8n, uses } from './support.cts';
import { until } from '../support/wait.cts';

const SECRET = 'a secret that the application knows, too';

const surroundings = useN8n();
let credential: Credential;
beforeAll(async () => {
	const { rest, sim, n8n } = surroundings();
	sim.control.setApp(DEMO_APP.agentid, { trustedDomains: [new URL(n8n.url).host] });
	credential = await rest.createCredential('WeCom login', 'wecomApi', data());
});

/** WeCom is another site than n8n, as in real life: that matters for cookies. */
const data = () => {
	const { sim } = surroundings();
	const baseUrl = `http://localhost:${sim.port}`;
	return credentialData(sim, { signLogins: true, loginJwtKey: SECRET, baseUrl });
};

const publish = async (path: string, parameters: object = {}, after: WorkflowNode[] = []) =>
	await publishLogin(surroundings(), credential, path, parameters, after);
const respondWith = (parameters: object) => respondNode(credential, parameters);

describe('without a browser', () => {
	it('ten people log in at once, each as themselves', async () => {
		const login = await publish('login/ten', { scope: 'snsapi_privateinfo' });
		const { control, state } = surroundings().sim;
		const people = [...state.members.keys()].slice(0, 10);
		const before = control.tokenCalls(DEMO_APP.agentid);
		await Promise.all(
			people.map(async (userid) => {
				const { back, cookies } = await begin(login.url, userid);
				const answer = await visit(back, cookies);
				expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('登录成功')]);
			}),
		);
		expect(control.tokenCalls(DEMO_APP.agentid) - before).toBeLessThanOrEqual(1);
		const items = await login.items(people.length);
		expect(items.map(({ userid }) => String(userid).toLowerCase()).sort()).toEqual(people.sort());
		for (const { userid, biz_mail } of items)
			expect(biz_mail).toBe(`${String(userid).toLowerCase().replace('@', '.')}@yunfan.example`);
	});

	it('reused, forged, stale and foreign logins start nothing, and no error execution', async () => {
		const { n8n, rest } = surroundings();
		const login = await publish('login/forged');
		const { back, cookie, cookies } = await begin(login.url, 'lisi');
		expect(cookie).toMatch(
			/^wecom_login_\d=.*; Path=\/webhook\/login\/forged; .*HttpOnly; SameSite=Lax$/,
		);
		expect((await visit(back)).status).toBe(400);
		const forged = new URL(back);
		forged.searchParams.set('state', 'f'.repeat(72));
		expect((await visit(forged.href, cookies)).status).toBe(400);

		const { nodes } = await rest.getWorkflow(login.id);
		const stale = beginLongAgo(login, nodes[0].id, data());
		const old = await visit(
			`${login.url}?code=x&state=${stale.state}`,
			stale.cookies[0].split(';')[0],
		);
		expect([old.status, old.text]).toEqual([410, expect.stringContaining('took too long')]);

		const first = await visit(back, cookies);
		expect(first.status).toBe(200);
		// A WebView that asks twice gets its page twice; the state with another code, or without the cookie, is used.
		const second = await visit(back, cookies);
		expect([second.status, second.text]).toEqual([200, first.text]);
		const other = new URL(back);
		other.searchParams.set('code', 'another');
		expect((await visit(other.href, cookies)).status).toBe(409);
		expect((await visit(back)).status).toBe(409);
		expect((await login.items(1)).map(({ userid }) => userid)).toEqual(['lisi']);
		expect(n8n.logs()).not.toMatch(/Workflow could not be started/);
	});

	it('a workflow that fails, or says nothing, still ends on a page', async () => {
		const stop = {
			name: 'Stop',
			type: 'n8n-nodes-base.stopAndError',
			parameters: { errorMessage: 'no' },
		};
		const nothing = { name: 'Nothing', type: 'n8n-nodes-base.noOp' };
		const failed = [500, 'Something went wrong'] as const;
		const silent = [200, 'You can close this page.'] as const;
		for (const [path, node, status, text] of [
			// Before 2.38 n8n does not tell a workflow that failed from one that said nothing.
			['login/fails', stop, ...(since('2.38') ? failed : silent)],
			['login/silent', nothing, ...silent],
		] as const) {
			const login = await publish(path, { answer: 'workflow' }, [node]);
			const { back, cookies } = await begin(login.url, 'lisi');
			const answer = await visit(back, cookies);
			expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(text)]);
			expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
		}
	});

	it('without an Agent ID the workflow cannot be published: WeCom would silently give no details', async () => {
		const { n8n, rest, sim } = surroundings();
		const incomplete = credentialData(sim, { agentId: '' });
		const lacking = await rest.createCredential('No agent', 'wecomApi', incomplete);
		const workflow = await rest.createWorkflow({
			name: 'No agent',
			nodes: [
				{
					name: 'Login',
					type: LOGIN,
					parameters: { path: 'login/agent', scope: 'snsapi_privateinfo' },
					credentials: uses(lacking),
				},
			],
		});
		const outcome = await rest.activate(workflow.id).then(
			() => 'published',
			(error: Error) => error.message,
		);
		// n8n registers webhooks after publishing: the reason is then in its log.
		if (outcome === 'published')
			await until(
				'the reason never appeared in the log',
				async () => n8n.logs().includes('The credential has no Agent ID'),
				{ within: 30_000, every: 100 },
			);
		else expect(outcome).toContain('The credential has no Agent ID');
	});

	nginxOrSkip()(
		'the verification file stands at the root of the domain, behind nginx',
		async () => {
			const { n8n } = surroundings();
			await publish('login/file', {
				options: { verificationFile: 'WW_verify_a1B2c3.txt', verificationContent: 'a1B2c3' },
			});
			const docs = readFileSync(join(repoRoot, 'docs', 'login.md'), 'utf8');
			const [, rule] = /```nginx\n([\s\S]*?)```/.exec(docs)!;
			const here = rule.replace(
				'127.0.0.1:5678/webhook/wecom-login',
				`127.0.0.1:${new URL(n8n.url).port}/webhook/login/file`,
			);
			expect(here).not.toBe(rule);
			const nginx = await startNginx(here);
			try {
				const { status, text, headers } = await http(`${nginx.url}/WW_verify_a1B2c3.txt`);
				expect([status, text, headers['content-type']]).toEqual([
					200,
					'a1B2c3',
					'text/plain; charset=utf-8',
				]);
				expect((await http(`${nginx.url}/WW_verify_other.txt`)).status).toBe(404);
			} finally {
				await nginx.stop();
			}
		},
	);
});

browserOrSkip()('in a browser', () => {
	let browser: Browser;
	let app: App;

	beforeAll(async () => {
		browser = await launchBrowser();
		app = await startApp(SECRET);
	});
	afterAll(async () => {
		await browser?.close();
		await app?.stop();
	});

	const inBrowser = async (
		use: (page: Page, context: BrowserContext) => Promise<void>,
		userAgent?: string,
	) => await withPage(browser, use, userAgent);

	it('scans and allows; the same address cannot be opened again', async () => {
		const login = await publish('login/web', { options: { readMember: true } });
		await inBrowser(async (page, context) => {
			await page.goto(login.url);
			expect(new URL(page.url()).pathname).toBe('/wwlogin/sso/login');
			await screenshot(page, 'login-wecom-web');
			const [cookie] = await context.cookies();
			expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/webhook/login/web' });
			await decide(page, 'allow');
			expect(await heading(page)).toBe('You are logged in');
			await screenshot(page, 'login-done');
			expect(await context.cookies()).toEqual([]);
			await page.reload();
			expect(await heading(page)).toBe('Please start again');
			await screenshot(page, 'login-used');
			await page.getByText('Log in again').click();
			expect(new URL(page.url()).pathname).toBe('/wwlogin/sso/login');
		});
		expect(await login.items(1)).toEqual([
			expect.objectContaining({
				userid: 'zhangsan',
				member: expect.objectContaining({ name: '张三' }),
			}),
		]);
	});

	it('declines, and nothing starts', async () => {
		const login = await publish('login/deny');
		await inBrowser(async (page) => {
			await page.goto(login.url);
			await decide(page, 'deny');
			expect(await heading(page)).toBe('Login cancelled');
			await screenshot(page, 'login-declined');
		});
		expect(await login.items(0)).toEqual([]);
	});

	it('logs in inside WeCom with personal details', async () => {
		const login = await publish('login/app', { scope: 'snsapi_privateinfo' });
		await inBrowser(async (page) => {
			await page.goto(login.url);
			expect(new URL(page.url()).pathname).toBe('/connect/oauth2/authorize');
			await screenshot(page, 'login-wecom-app');
			await decide(page, 'allow', 'user:chenjing');
			expect(await heading(page)).toBe('You are logged in');
		}, WXWORK);
		const [item] = await login.items(1);
		expect(item).toMatchObject({
			userid: 'chenjing',
			biz_mail: 'chenjing@yunfan.example',
			wecom: { page: 'inApp', scope: 'snsapi_privateinfo' },
		});
		await inBrowser(async (page) => {
			const { url } = await publish('login/only-app', { loginPage: 'inApp' });
			await page.goto(url);
			await page.getByText('open the link in the WeCom client').waitFor();
		});
	});

	it('with a wrong redirect domain WeCom says 50001, before and after', async () => {
		const { sim, n8n } = surroundings();
		const login = await publish('login/domain');
		sim.control.setApp(DEMO_APP.agentid, { trustedDomains: ['other.example'] });
		await inBrowser(async (page) => {
			await page.goto(login.url);
			expect(await page.locator('.error').innerText()).toContain('50001');
		}, WXWORK);
		await inBrowser(async (page) => {
			await page.goto(login.url);
			expect(await page.locator('.error').innerText()).toContain('-31020');
		});
		sim.control.setApp(DEMO_APP.agentid, { trustedDomains: [new URL(n8n.url).host] });
		const { back, cookies } = await begin(login.url, 'lisi');
		sim.control.setApp(DEMO_APP.agentid, { trustedDomains: ['other.example'] });
		const answer = await visit(back, cookies);
		expect([answer.status, answer.text]).toEqual([502, expect.stringContaining('WeCom 50001')]);
		sim.control.setApp(DEMO_APP.agentid, { trustedDomains: [new URL(n8n.url).host] });
		expect(await login.items(0)).toEqual([]);
	});

	it('goes on to an application that verifies the JWT with jose', async () => {
		const login = await publish('login/jwt', {
			answer: 'redirect',
			redirectUrl: `${app.url}/start`,
			signJwt: true,
		});
		const wish = new URLSearchParams({ return_to: `${app.url}/deep?a=1`, nonce: 'n-42' });
		await inBrowser(async (page) => {
			await page.goto(`${login.url}?${wish.toString()}`);
			await decide(page, 'allow');
			await page.waitForURL(`${app.url}/**`);
			expect(await heading(page)).toBe('The application greets zhangsan');
		});
		expect(app.arrived.at(-1)).toMatchObject({
			path: '/deep',
			iss: login.url,
			sub: 'zhangsan',
			nonce: 'n-42',
			corpid: DEMO_CORP.corpid,
		});
		await inBrowser(async (page) => {
			const answer = await page.goto(`${login.url}?return_to=//evil.example`);
			expect([answer?.status(), await heading(page)]).toEqual([400, 'This link is not valid']);
		});
	});

	it('gets what the workflow answers: a redirect with a JWT, or a page', async () => {
		const allowedHosts = app.url;
		const redirecting = await publish('login/respond', { answer: 'workflow', allowedHosts }, [
			respondWith({
				url: '={{ $json.wecom.returnTo }}',
				allowedHosts,
				signJwt: true,
				subject: '={{ $json.wecom.subject }}',
				nonce: '={{ $json.wecom.nonce }}',
				claims: '={{ { kind: $json.wecom.kind } }}',
			}),
		]);
		await inBrowser(async (page) => {
			await page.goto(`${redirecting.url}?return_to=${encodeURIComponent(`${app.url}/deep`)}`);
			await decide(page, 'allow', 'user:lisi');
			await page.waitForURL(`${app.url}/**`);
			expect(await heading(page)).toBe('The application greets lisi');
		});
		expect(app.arrived.at(-1)).toMatchObject({ sub: 'lisi', kind: 'member', iss: redirecting.url });

		const showing = await publish('login/page', { answer: 'workflow' }, [
			respondWith({
				respondWith: 'page',
				title: '=Welcome, {{ $json.userid }}',
				text: 'Your desk is on the third floor.\n<b>Not bold.</b>',
			}),
		]);
		await inBrowser(async (page) => {
			await page.goto(showing.url);
			await decide(page, 'allow');
			expect(await heading(page)).toBe('Welcome, zhangsan');
			await page.getByText('<b>Not bold.</b>').waitFor();
			await screenshot(page, 'login-respond');
		});
	});

	it('the editor shows the form and takes an RSA key, and the test URL works while listening', async () => {
		const { n8n, rest, sim } = surroundings();
		const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
		const own = await rest.createCredential('RS256', 'wecomApi', credentialData(sim));
		const login = await publish(
			'login/editor',
			{
				answer: 'workflow',
				allowedHosts: app.url,
				scope: 'snsapi_privateinfo',
			},
			[
				respondWith({
					url: `${app.url}/start`,
					allowedHosts: app.url,
					signJwt: true,
					subject: '={{ $json.wecom.subject }}',
				}),
			],
		);
		await withEditor(n8n, async (page) => {
			await openWorkflow(page, login.id);
			await screenshot(page, 'login-canvas');
			const panel = await openNode(page, 'Login');
			await panel.getByText('Set up in this order').waitFor();
			await screenshot(page, 'login-trigger');
			await page.mouse.move(720, 700);
			await page.mouse.wheel(0, 3000);
			await page.waitForTimeout(300);
			await screenshot(page, 'login-trigger-below');
			await page.goto(`/workflow/${login.id}`);
			await page.getByTestId('canvas-node').first().waitFor();
			const action = await openNode(page, 'Respond');
			await action.getByText('Add Signed JWT').waitFor();
			await screenshot(page, 'login-respond-form');

			await openCredential(page, own.id);
			const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
			await page.getByTestId('parameter-input-signLogins').locator('.el-switch').click();
			await fillCredentialField(page, 'loginJwtKey', pem);
			expect((await saveCredential(page)).kind).toBe('green');
		});
		const redirectUrl = `${app.url}/start`;
		const parameters = { answer: 'redirect', redirectUrl, signJwt: true };
		const signing = await publishLogin(surroundings(), own, 'login/rsa', parameters);
		const { back: returned, cookies } = await begin(signing.url, 'lisi');
		const { headers } = await visit(returned, cookies);
		const token = new URL(headers.location!).searchParams.get('token')!;
		const { payload } = await jwtVerify(token, publicKey, { algorithms: ['RS256'] });
		expect(payload).toMatchObject({ sub: 'lisi', aud: app.url });

		await rest.listenForTestEvent(login.id, 'Login', 'GET', 'login/editor');
		await inBrowser(async (page) => {
			const test = login.url.replace('/webhook/', '/webhook-test/');
			await page.goto(test);
			await page.locator('select[name=who]').selectOption('user:zhangsan');
			const back = page.waitForRequest((request) => request.url().startsWith(`${test}?`));
			await page.locator('button[value=allow]').click();
			await back;
			await page.waitForURL(`${app.url}/**`);
		});
	});
});

it('no secret is in the log', () => {
	const { n8n, sim } = surroundings();
	const secrets = [DEMO_APP.secret, SECRET, ...sim.state.tickets.keys(), ...sim.state.codes.keys()];
	expect(secrets.filter((secret) => n8n.logs().includes(secret))).toEqual([]);
});
