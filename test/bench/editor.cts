/**
 * How long n8n's editor takes to open the WeCom node, beside n8n's own Slack node and a node with hardly a field.
 *
 * What it costs was found by giving the editor other descriptions of the node (n8n 2.41.1; milliseconds of the page's main thread, first
 * and next opening, on a busy machine; Slack's node in the same run 510 and 313):
 *
 * | description | first | next |
 * |---|---|---|
 * | with ten fields, three of them lists of people | 977 | 717 |
 * | without these lists | 860 | 536 |
 * | without the collections | 819 | 593 |
 * | Resource and Operation alone | 362 | 225 |
 * | Slack's properties in the WeCom node | 525 | 352 |
 *
 * So a node of a community package costs what n8n's own does, within 3 to 12 %, and the time goes by the fields that are drawn: of
 * processor time, about 15 to 45 ms each, against 448 and 329 ms for all of Slack's node with its six. Message > Send has drawn eight since
 * Send To asks which lists there shall be; two more than Slack's, a list of members and a second collection. The number of properties
 * costs less: credentials that are shown by a field make the editor look through all of them again for each, about 5 % of an opening, but
 * the editor names the kind of credential above its choice only for those. The budget is what it should be, not what it is.
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
