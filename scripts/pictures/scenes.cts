/** The pictures of the documents, one entry each. */
import type { Page } from 'playwright-core';
import { DEMO_BOT } from '../../simulator/bot/data.cts';
import { executeStep, openCredential, openNode, openWorkflow } from '../../test/support/editor.cts';
import { sleep } from '../../test/support/wait.cts';
import { animate, type Frame } from './animation.cts';
import type { Stage } from './stage.cts';
import { COLOR_SCHEMES, type Pictures, type Studio } from './studio.cts';

export interface Scene {
	name: string;
	/**
	 * `forms`: words of the nodes, so there is one of each edition. `chat`: the simulator's page, which knows one set of
	 * colours, while n8n's editor has two.
	 */
	shows?: 'forms' | 'chat';
	take: (stage: Stage, studio: Studio) => Promise<Pictures>;
}

const DIALOG = { width: 1180, height: 720 };
const TALL = { width: 1180, height: 980 };
const CANVAS = { width: 1000, height: 480 };
/** n8n makes the nodes fit into it, but not what is written under them. */
const LOWER_CANVAS = { ...CANVAS, height: 440 };
/** A style that hides what lies over the nodes: tabs, buttons, the zoom, n8n's advice. */
const WITHOUT_BUTTONS = `
	[data-test-id='canvas-wrapper'] button:not(.vue-flow__viewport button), .vue-flow__panel, .tab-bar-container,
	[data-test-id='canvas-controls'], [data-test-id^='execute-workflow'], [data-radix-popper-content-wrapper],
	[id^='reka-popover'], [class*='executionButtons'] { display: none !important }`;
const CHAT = { width: 720, height: 420 };

/** What the names of the pictures of the Chinese edition begin with. */
export const CHINESE = 'zh-';

export const SCENES: Scene[] = [
	{
		name: 'node-panel',
		shows: 'forms',
		take: async ({ recipes }, studio) =>
			await studio.page(DIALOG, async (page) => {
				await openWorkflow(page, recipes.get('callback-reply')!);
				await page.getByTestId('node-creator-plus-button').click();
				await page.getByTestId('node-creator-search-bar').fill('wecom');
				await page.getByTestId('node-creator-item-name').nth(4).waitFor();
				await steady(page);
				const panel = page.getByTestId('node-creator');
				return await studio.picture('node-panel', page, panel, { height: 560 });
			}),
	},
	{
		name: 'credential',
		shows: 'forms',
		take: async ({ credential }, studio) =>
			await studio.page(TALL, async (page) => {
				await openCredential(page, credential);
				await steady(page);
				return await studio.picture('credential', page, page.locator('.el-dialog:visible').first());
			}),
	},
	{ name: 'trigger', shows: 'forms', take: node('trigger', 'callback-reply', 'WeCom Trigger') },
	{
		name: 'first-message',
		shows: 'forms',
		take: async ({ firstMessage }, studio) =>
			await studio.page(DIALOG, async (page) => {
				await openWorkflow(page, firstMessage);
				await openNode(page, 'WeCom');
				await executeStep(page);
				await page.mouse.move(0, 0);
				await page.addStyleTag({ content: '.el-notification { display: none !important }' });
				await steady(page);
				return await studio.picture('first-message', page, page.getByTestId('ndv'));
			}),
	},
	{ name: 'form', shows: 'forms', take: node('form', 'alert-routing', 'Send the Card') },
	{
		name: 'execution',
		take: async (stage, studio) => await execution('execution', 'callback-reply', stage, studio),
	},
	{
		name: 'waiting',
		take: async (stage, studio) => await execution('waiting', 'expense-approval', stage, studio),
	},
	{
		name: 'card',
		shows: 'chat',
		take: async ({ simulator }, studio) =>
			await studio.page(CHAT, async (page) => {
				await page.goto(`${simulator.url}/_chat`);
				await page.locator('#me').selectOption('lisi');
				await page.getByRole('button', { name: 'Messages of apps' }).click();
				await page.getByRole('button', { name: 'Approve' }).waitFor();
				return [['card.webp', await studio.take(page)]];
			}),
	},
	{ name: 'bot-answer', shows: 'chat', take: growingAnswer },
	...[
		'agent-asks-first',
		'ai-bot',
		'alert-routing',
		'approval-to-sheet',
		'birthday',
		'callback-reply',
		'chat-archive',
		'contact-sync',
		'crm-data-table',
		'crm-new-customers',
		'crm-postgres',
		'daily-report',
		'expense-approval',
		'file-intake',
		'internal-tool-login',
		'leave-to-calendar',
		'oauth-login',
		'onboarding',
		'provider-onboarding',
		'report-chart',
		'scheduled-broadcast',
		'service-handover',
		'support-inbox',
		'welcome-by-channel',
	].map((recipe) => ({ name: `recipe-${recipe}`, take: canvas(recipe) })),
];

/** The files that `npm run pictures` makes. */
export const pictureFiles = (): string[] =>
	SCENES.flatMap(({ name, shows }) => {
		if (shows === 'chat') return `${name}.webp`;
		const files = COLOR_SCHEMES.map((colors) => `${name}-${colors}.webp`);
		return shows === 'forms' ? [...files, ...files.map((file) => CHINESE + file)] : files;
	});

/** Takes the form of a node. */
function node(name: string, recipe: string, nodeName: string): Scene['take'] {
	return async ({ recipes }, studio) =>
		await studio.page(TALL, async (page) => {
			await openWorkflow(page, recipes.get(recipe)!);
			await openNode(page, nodeName);
			await steady(page);
			return await studio.picture(name, page, page.locator('.node-settings').first());
		});
}

async function execution(
	name: string,
	recipe: string,
	{ recipes, rest }: Stage,
	studio: Studio,
): Promise<Pictures> {
	const workflowId = recipes.get(recipe)!;
	const [{ id }] = await rest.listExecutions({ workflowId });
	return await studio.page(DIALOG, async (page) => {
		await page.goto(`/workflow/${workflowId}/executions/${id}`);
		await page.getByTestId('canvas-node').first().waitFor();
		await page.addStyleTag({ content: WITHOUT_BUTTONS });
		await steady(page);
		return await studio.picture(name, page, page.getByTestId('canvas-wrapper'));
	});
}

/** Takes the nodes of a recipe. */
function canvas(recipe: string): Scene['take'] {
	return async ({ recipes }, studio) =>
		await studio.page(LOWER_CANVAS, async (page) => {
			await openWorkflow(page, recipes.get(recipe)!);
			await page.addStyleTag({ content: WITHOUT_BUTTONS });
			await page.keyboard.press('1');
			await steady(page);
			await page.setViewportSize(CANVAS);
			await steady(page);
			const wrapper = page.getByTestId('canvas-wrapper');
			return await studio.picture(`recipe-${recipe}`, page, wrapper);
		});
}

/** Takes a chat with the AI bot: a question, and the answer that grows. */
async function growingAnswer({ simulator }: Stage, studio: Studio): Promise<Pictures> {
	return await studio.page(CHAT, async (page) => {
		await page.goto(`${simulator.url}/_chat`);
		await page.locator('#me').selectOption('zhangsan');
		const frames: Frame[] = [];
		const take = async (milliseconds: number) =>
			frames.push({ webp: await studio.take(page), milliseconds });
		await page.getByLabel('Message').fill('会议室 A 今天下午有空吗？');
		await take(900);
		await page.getByRole('button', { name: 'Send' }).click();
		await page.locator('.growing').waitFor();
		while (await page.locator('.growing').isVisible()) {
			await take(700);
			await sleep(700);
		}
		await take(3000);
		await simulator.bots.waitForConnection(DEMO_BOT.botId);
		return [['bot-answer.webp', animate(frames, CHAT.width, CHAT.height)]];
	});
}

/** Waits until the editor's animations are over and its advice is out of the picture. */
async function steady(page: Page): Promise<void> {
	await page.waitForTimeout(900);
	const advice = page.locator('[data-radix-popper-content-wrapper]');
	await advice.evaluateAll((poppers) => poppers.forEach((popper) => popper.remove()));
}
