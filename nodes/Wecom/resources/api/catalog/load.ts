import {
	decodeEndpoints,
	decodeFields,
	type Endpoint,
	type EndpointHead,
	type EndpointsFile,
	type FieldsFile,
} from './format';

/** The fields of each category's endpoints, in files of their own: using an endpoint reads one of them. */
const FIELDS: Record<string, () => Promise<{ default: unknown }>> = {
	'API Licenses': async () => await import('./data/api-licenses.json'),
	'Account ID': async () => await import('./data/account-id.json'),
	'Advanced Features': async () => await import('./data/advanced-features.json'),
	'App Authorization': async () => await import('./data/app-authorization.json'),
	Approval: async () => await import('./data/approval.json'),
	Apps: async () => await import('./data/apps.json'),
	Attendance: async () => await import('./data/attendance.json'),
	Authentication: async () => await import('./data/authentication.json'),
	Basics: async () => await import('./data/basics.json'),
	'Business Calls': async () => await import('./data/business-calls.json'),
	Calendar: async () => await import('./data/calendar.json'),
	Cashier: async () => await import('./data/cashier.json'),
	'Chat Archive': async () => await import('./data/chat-archive.json'),
	Contacts: async () => await import('./data/contacts.json'),
	'Customer Contact': async () => await import('./data/customer-contact.json'),
	'Customer Service (KF)': async () => await import('./data/customer-service-kf.json'),
	'Data & Intelligence Zone': async () => await import('./data/data-intelligence-zone.json'),
	Docs: async () => await import('./data/docs.json'),
	Drive: async () => await import('./data/drive.json'),
	'E-Invoice': async () => await import('./data/e-invoice.json'),
	'Emergency Notification': async () => await import('./data/emergency-notification.json'),
	Government: async () => await import('./data/government.json'),
	HR: async () => await import('./data/hr.json'),
	Journal: async () => await import('./data/journal.json'),
	'Linked Corporations': async () => await import('./data/linked-corporations.json'),
	'Live Streaming': async () => await import('./data/live-streaming.json'),
	Mail: async () => await import('./data/mail.json'),
	Media: async () => await import('./data/media.json'),
	'Meeting Rooms': async () => await import('./data/meeting-rooms.json'),
	Meetings: async () => await import('./data/meetings.json'),
	Messages: async () => await import('./data/messages.json'),
	'Mini Program Payments': async () => await import('./data/mini-program-payments.json'),
	Payments: async () => await import('./data/payments.json'),
	'Promotion QR Code': async () => await import('./data/promotion-qr-code.json'),
	School: async () => await import('./data/school.json'),
	'School Apps': async () => await import('./data/school-apps.json'),
	Security: async () => await import('./data/security.json'),
	'Smart Hardware': async () => await import('./data/smart-hardware.json'),
	'To-Do': async () => await import('./data/to-do.json'),
	'Upstream & Downstream': async () => await import('./data/upstream-downstream.json'),
};

let heads: Promise<EndpointHead[]> | undefined;

/** All endpoints without their fields. Nothing is read before the catalog is used. */
export async function allEndpoints(): Promise<EndpointHead[]> {
	return await (heads ??= import('./data/endpoints.json').then((file: { default: unknown }) =>
		decodeEndpoints(file.default as EndpointsFile),
	));
}

export async function withFields(head: EndpointHead): Promise<Endpoint> {
	const file = await FIELDS[head.category]();
	return { ...head, fields: decodeFields(file.default as FieldsFile, head) };
}

/** An endpoint with its fields, and with those of its documented variants: endpoints that share its method and path. */
export async function withVariants(head: EndpointHead): Promise<Endpoint> {
	const others = (await allEndpoints()).filter(
		({ id, method, path }) => id !== head.id && method === head.method && path === head.path,
	);
	const variants = await Promise.all(others.map(async (other) => (await withFields(other)).fields));
	return { ...(await withFields(head)), ...(variants.length > 0 && { variants }) };
}
