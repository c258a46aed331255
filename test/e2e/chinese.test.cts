/** The Chinese edition in place of the English one: everything goes on, and the editor speaks Chinese. */
import type { Page } from 'playwright-core';
import manifest from '../../package.json';
import { browserOrSkip, screenshot, withEditor } from '../support/browser.cts';
import { openNode, openWorkflow, parameter, visit } from '../support/editor.cts';
import { ensureN8n } from '../support/n8n-install.cts';
import { installPackage } from '../support/n8n-package.cts';
import { startNpmRegistry, type NpmRegistry } from '../support/npm-registry.cts';
import { packPackage } from '../support/pack.cts';
import { packChinese } from '../support/pack-chinese.cts';
import {
	chain,
	itemsOf,
	manual,
	publishTrigger,
	target,
	TRIGGER,
	useOwnN8n,
	uses,
	WECOM,
} from './support.cts';

let registry: NpmRegistry;
const env: NodeJS.ProcessEnv = {};
beforeAll(async () => {
	const tarballs = [await packPackage(), await packChinese()];
	registry = await startNpmRegistry(tarballs, (await ensureN8n()).nodeBin);
	Object.assign(env, registry.env);
}, 600_000);
const surroundings = useOwnN8n(env);
afterAll(() => registry?.close());
const member = { __rl: true, mode: 'id', value: 'zhangsan' };
let reading: string;
let answering: string;

beforeAll(async () => {
	const { n8n, rest, sim, credential } = surroundings();
	const get = {
		name: 'Get member',
		type: WECOM,
		parameters: { resource: 'member', operation: 'get', userid: member },
		credentials: uses(credential),
	};
	const workflow = await rest.createWorkflow({
		name: 'Read',
		nodes: [manual, get],
		connections: chain('Start', 'Get member'),
	});
	reading = workflow.id;
	answering = (await publishTrigger(surroundings(), 'wecom/edition', { quickReply: 'ok' })).id;
	expect(itemsOf(await rest.execute(reading, 'Start'), 'Get member')[0]).toMatchObject({
		userid: 'zhangsan',
	});
	await sim.push(target(surroundings(), 'wecom/edition'), { kind: 'text' });
	await rest.waitForExecutions(answering, 1);

	await installPackage(n8n.userFolder, await packChinese(), n8n.install.nodeBin);
	await n8n.restart();
	await rest.login();
	await rest.waitForWebhook('POST', 'wecom/edition');
}, 600_000);

it('workflows, the credential and its stored token go on', async () => {
	const { rest, sim, credential } = surroundings();
	const tokens = () => sim.requests.filter(({ path }) => path === '/cgi-bin/gettoken').length;
	const before = tokens();
	expect(itemsOf(await rest.execute(reading, 'Start'), 'Get member')[0]).toMatchObject({
		userid: 'zhangsan',
	});
	expect(tokens()).toBe(before);

	const pushed = await sim.push(target(surroundings(), 'wecom/edition'), { kind: 'text' });
	expect(pushed.ok).toBe(true);
	await rest.waitForExecutions(answering, 2);
	expect(await rest.testCredential(credential.id)).toEqual({ status: 'OK', message: '连接成功' });
});

it('says in Chinese what happened and what to do', async () => {
	const { rest, sim } = surroundings();
	sim.control.refuseIp(true, { ip: '203.0.113.7' });
	try {
		const execution = JSON.stringify(await rest.execute(reading, 'Start'));
		expect(execution).toContain('企业微信不信任 IP 203.0.113.7（60020）');
		expect(execution).toContain('企业可信IP');
	} finally {
		sim.control.refuseIp(false);
	}
});

it('is the same package with the same nodes, and tools have names that models take', async () => {
	const types = await surroundings().rest.nodeTypes();
	const own = types.filter(({ name }) => name.startsWith(manifest.name));
	expect(own.map(({ displayName }) => displayName)).toEqual(
		expect.arrayContaining(['企业微信', '企业微信触发器 Trigger', '企业微信发送并等待']),
	);
	const tool = own.find(({ name }) => name.endsWith('.wecomTool'));
	expect(tool).toMatchObject({ skipNameGeneration: true, defaults: { name: 'WeCom' } });
});

/** Opens the list of a parameter, types `words`, and picks what is found. */
async function choose(page: Page, name: string, words: string): Promise<void> {
	await parameter(page, name).click();
	await page.keyboard.type(words);
	await page.getByRole('option').filter({ hasText: words }).first().click();
}

browserOrSkip()('in the editor', () => {
	it('nodes, events, resources and operations are found by Chinese words', async () => {
		const { n8n, rest, credential } = surroundings();
		const nodes = [
			{ name: 'Trigger', type: TRIGGER, parameters: { path: 'wecom/words' } },
			{ name: 'Action', type: WECOM, parameters: {} },
		].map((node) => ({ ...node, credentials: uses(credential) }));
		const { id } = await rest.createWorkflow({ name: 'Words', nodes });
		await withEditor(n8n, async (page) => {
			await openWorkflow(page, id);
			await page.getByTestId('node-creator-plus-button').click();
			const found = page.getByTestId('item-iterator-item');
			for (const [words, title] of [
				['企业微信', '企业微信'],
				['wecom', '企业微信'],
				['等待', '企业微信发送并等待'],
				['企业微信触发器', '企业微信'],
			]) {
				await page.getByTestId('node-creator-search-bar').fill(words);
				await found.filter({ hasText: title }).first().waitFor();
			}
			await screenshot(page, 'zh-panel');
			await page.keyboard.press('Escape');

			await openNode(page, 'Trigger');
			await screenshot(page, 'zh-trigger');
			await choose(page, 'events', '审批');
			await openWorkflow(page, id);
			await openNode(page, 'Action');
			await choose(page, 'resource', '审批');
			await choose(page, 'operation', '提交');
			await parameter(page, 'template_id').waitFor();
			expect(await page.getByTestId('ndv').innerText()).toContain('模板');
		});
	});

	it('the trigger can be added, which n8n knows by the English word in its name', async () => {
		await withEditor(surroundings().n8n, async (page) => {
			await visit(page, '/workflow/new');
			await page.getByTestId('canvas-plus-button').click();
			await page.getByTestId('node-creator-search-bar').fill('企业微信触发器');
			const found = page.getByTestId('node-creator-item-name');
			await found.filter({ hasText: /^企业微信$/ }).click();
			await page.getByText('On new 企业微信触发器 event').click();
			await parameter(page, 'events').waitFor();
		});
	});

	it('n8n installs it by its tag, and the English edition after it, in its own dialog', async () => {
		await withEditor(surroundings().n8n, async (page) => {
			const card = page.getByTestId('community-package-card');
			const install = async (name: string) => {
				await page.getByRole('button', { name: /^Install( a community node)?$/ }).click();
				const dialog = page.getByRole('dialog');
				await dialog.locator('input[name="packageNameInput"]').fill(name);
				await page.getByTestId('user-agreement-checkbox').click();
				await page.getByTestId('install-community-package-button').click();
				await card.getByText(manifest.name).waitFor({ timeout: 90_000 });
			};
			await visit(page, '/settings/community-nodes');
			await install(`${manifest.name}@zh`);
			await card.getByText(`v${manifest.version}-zh.0`).waitFor();
			await card.getByTestId('action-toggle').click();
			await page.getByText('Uninstall package').click();
			await page.getByRole('button', { name: 'Confirm uninstall' }).click();
			await card.waitFor({ state: 'detached' });
			await install(manifest.name);
			await card.getByText(`v${manifest.version}`, { exact: true }).waitFor();
		});
		const own = (await surroundings().rest.nodeTypes()).filter(({ name }) => name === WECOM);
		expect(own.map(({ displayName }) => displayName)).toEqual(['WeCom']);
	}, 300_000);
});
