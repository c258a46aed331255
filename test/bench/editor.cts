/**
 * How long n8n's editor takes to open the WeCom node, beside n8n's own Slack node and a node with hardly a field.
 *
 * What it costs was found by giving the editor other descriptions of the node (n8n 2.41.1; milliseconds of the page's main thread, first
 * and next opening, on a busy machine; Slack's node in the same run 510 and 313):
 *
 * | description | first | next |
 * |---|---|---|
 * | as it is: 545 properties, of which ten are shown | 977 | 717 |
 * | without the lists of members, departments and tags | 860 | 536 |
 * | without the collections | 819 | 593 |
 * | Resource and Operation alone | 362 | 225 |
 * | Slack's properties in the WeCom node | 525 | 352 |
 *
 * Other conditions of the credentials, or one resource in place of 44, changed nothing beyond the noise. So a node of a community package
 * costs what n8n's own does, within 3 to 12 %, and the time goes by the fields that are drawn. Message > Send shows ten, three of
 * them lists that are loaded at once; Slack's node shows fewer and loads none. The budget is what it should be, not what it is.
 */
import type { Page } from 'playwright-core';
import { findChromium, withEditor } from '../support/browser.cts';
import { say } from '../support/child.cts';
import { closeNode, openNode, openWorkflow } from '../support/editor.cts';
import type { N8nRest } from '../support/n8n-rest.cts';
import { atMost, information, type Row } from './report.cts';
import { interleave, median, medianRatio } from './stats.cts';

const ROUNDS = 9;
const NAMES = ['wecom', 'slack', 'floor'] as const;

type Name = (typeof NAMES)[number];

interface Times {
	/** The first opening after the page was loaded, and the next one, in milliseconds. */
	cold: number;
	warm: number;
}

export async function editorRows(
	rest: N8nRest,
	credential: { id: string; name: string },
): Promise<Row[]> {
	if (!findChromium()) return [information('opening the WeCom node in the editor', 'no Chromium')];
	const nodes: Record<Name, object> = {
		wecom: { type: 'n8n-nodes-wecom-kit.wecom', credentials: { wecomApi: credential } },
		slack: { type: 'n8n-nodes-base.slack', typeVersion: 2.3 },
		floor: { type: 'n8n-nodes-base.limit' },
	};
	const ids = {} as Record<Name, string>;
	for (const name of NAMES) {
		const node = { name, type: '', parameters: {}, ...nodes[name] };
		ids[name] = (await rest.createWorkflow({ name: `open ${name}`, nodes: [node] })).id;
	}
	say(`Opening nodes in the editor: ${ROUNDS} rounds of three nodes ...`);
	return await withEditor(rest.n8n, async (page) => {
		const round = (name: Name) => async () => {
			await openWorkflow(page, ids[name]);
			const cold = await timeToOpen(page, name);
			await closeNode(page);
			const warm = await timeToOpen(page, name);
			await closeNode(page);
			return { cold, warm };
		};
		const contestants = { wecom: round('wecom'), slack: round('slack'), floor: round('floor') };
		// The scripts of the editor come from the browser's memory from then on.
		await interleave(contestants, 1);
		const times = await interleave(contestants, ROUNDS);
		return [...report(times, 'cold'), ...report(times, 'warm')];
	});
}

function report(times: Record<Name, Times[]>, kind: keyof Times): Row[] {
	const of = (name: Name) => times[name].map((one) => one[kind]);
	return [
		atMost(
			`opening the WeCom node / the Slack node, ${kind}`,
			medianRatio(of('wecom'), of('slack')),
			1,
			'x',
			2,
		),
		information(
			`  WeCom, Slack, a node with hardly a field, ${kind}`,
			NAMES.map((name) => `${median(of(name)).toFixed(0)} ms`).join(', '),
		),
	];
}

/** From the double click until the form is drawn. */
async function timeToOpen(page: Page, name: Name): Promise<number> {
	const start = performance.now();
	await openNode(page, name);
	await page.evaluate(
		'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))',
	);
	return performance.now() - start;
}
