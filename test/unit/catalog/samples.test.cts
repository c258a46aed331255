import { checkParameters } from '../../../nodes/Wecom/resources/api/catalog/check';
import { endpointFields, nest } from '../../../nodes/Wecom/resources/api/catalog/form';
import type { Endpoint } from '../../../nodes/Wecom/resources/api/catalog/format';
import { endpoint, facts, type FactEndpoint } from './facts.cts';

type Sample = Record<string, unknown>;

/** Samples on WeCom's pages that contradict the table beside them. */
const REFUSED: Record<string, RegExp> = {
	// Words stand for numbers.
	'wedrive.file_create': /'file_type' is 'FILE_TYPE'/,
	'devicedata.get_checkin_data': /'limit' is 'LIMIT'/,
	'devicedata.get_temperature_data': /'limit' is 'LIMIT'/,
	'devicedata.get_accesscontrol_data': /'limit' is 'LIMIT'/,
	// Slips: the table, and the other fields of the sample, say sub_idx and value_country_code.
	'hr.get_staff_info': /'fieldids\[1\]\.sud_idx' is not a parameter/,
	'hr.update_staff_info': /value_mobile_country_code' is not a parameter/,
};
/** What fields cannot say: an empty object. */
const JSON_ONLY = ['wedoc.smartsheet.update_view'];

const samplesOf = ({ sample_request, variants = [] }: FactEndpoint): Sample[] =>
	[sample_request, ...variants.map((variant) => variant.sample_request)].filter(
		(sample): sample is Sample => Boolean(sample),
	);
const withSamples = facts.filter((fact) => samplesOf(fact).length > 0);

/** Samples show bodies: what the query needs besides. */
function queryOf({ method, fields }: Endpoint): Sample {
	const needed = fields.filter((it) => method === 'POST' && it.in === 'query' && it.required);
	return Object.fromEntries(needed.map(({ name, type }) => [name, type === 'integer' ? 1 : 'x']));
}

/** The sample as somebody would enter it: JSON and lists as text, fields where the form has them. */
function entered(fields: ReturnType<typeof endpointFields>, sample: Sample): Sample {
	const values: Sample = {};
	for (const { id, type } of fields) {
		const value = id
			.split('.')
			.reduce<unknown>((inner, name) => (inner as Sample | undefined)?.[name], sample);
		if (value === undefined) continue;
		const plain = Array.isArray(value) && value.length > 0 && !/[|,;；、\n"]/.test(value.join(''));
		const asText = typeof value === 'object' ? JSON.stringify(value) : value;
		values[id] = type === 'string' && plain ? (value as unknown[]).join(', ') : asText;
	}
	return values;
}

it('there are samples', () => {
	expect(withSamples.flatMap(samplesOf).length).toBeGreaterThan(500);
});

it.each(withSamples.map((fact) => [fact.id, fact] as const))('%s', async (id, fact) => {
	const own = await endpoint(id);
	const query = queryOf(own);
	for (const sample of samplesOf(fact)) {
		const checked = checkParameters(own, { ...sample, ...query });
		if (id in REFUSED) {
			expect(checked.ok ? [] : checked.problems).toEqual([expect.stringMatching(REFUSED[id])]);
			continue;
		}
		expect(checked).toEqual(
			own.method === 'GET'
				? { ok: true, query: sample, body: {}, unchecked: [] }
				: { ok: true, query, body: sample, unchecked: [] },
		);
		if (JSON_ONLY.includes(id)) continue;
		expect(
			checkParameters(own, nest({ ...entered(endpointFields(own), sample), ...query } as never)),
		).toEqual(checked);
	}
});
