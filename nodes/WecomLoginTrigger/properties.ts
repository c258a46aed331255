import type { INodeProperties } from 'n8n-workflow';
import { jwtOptions } from '../shared/login/handover';
import { companyProperties } from '../shared/companies/companyPicker';

const STEPS = [
	"In the WeCom admin console open App Management > your app > Web Authorization and JS-SDK, and set the domain of the Production URL (under 'Webhook URLs' above) as trusted domain, with its port if it has one.",
	'For browsers outside WeCom open WeCom Login on the same page, and set the same domain as authorization callback domain.',
	"Give the credential the app's Agent ID, and add this server's IP under Company's Trusted IP.",
	'Publish this workflow, and open the production URL: that is the link that logs people in.',
];
// n8n's notices show lists and links, no other markup.
const notice = `Set up in this order:<ul>${STEPS.map((step, at) => `<li>${at + 1}. ${step}</li>`).join('')}</ul>`;
const when = (name: string, ...values: Array<string | boolean>) => ({ show: { [name]: values } });

const [company, permanentCode] = companyProperties;

/** The form of the login trigger. Where people may go takes no expression: it could be fed by the URL a stranger opens. */
export const loginTriggerProperties: INodeProperties[] = [
	{ displayName: notice, name: 'setUpNotice', type: 'notice', default: '' },
	{
		displayName: 'Authentication',
		name: 'authentication',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'App', value: 'app', description: 'A self-built app of one company' },
			{
				name: 'Suite',
				value: 'suite',
				description: "A service provider's third-party app, or customized apps of a template",
			},
		],
		default: 'app',
		description: 'Whose app people log in to',
	},
	{
		displayName: company.displayName,
		name: company.name,
		type: company.type,
		default: company.default,
		modes: company.modes,
		description:
			'Customized apps only: the company whose members log in. A third-party app takes members of every company that authorized it.',
		displayOptions: when('authentication', 'suite'),
	},
	{
		displayName: permanentCode.displayName,
		name: permanentCode.name,
		type: permanentCode.type,
		typeOptions: permanentCode.typeOptions,
		default: '',
		description: permanentCode.description,
		displayOptions: when('authentication', 'suite'),
	},
	{
		displayName: 'Path',
		name: 'path',
		type: 'string',
		noDataExpression: true,
		required: true,
		default: 'wecom-login',
		placeholder: 'e.g. login/wiki',
		description: 'The end of the URL people open. Every WeCom Login Trigger needs one of its own.',
	},
	{
		displayName: 'Login Page',
		name: 'loginPage',
		type: 'options',
		options: [
			{
				name: 'Automatic',
				value: 'auto',
				description: 'In the app for people who open the URL inside WeCom, on the web for others',
			},
			{
				name: 'In the WeCom App',
				value: 'inApp',
				description: 'Always OAuth inside WeCom or the bound WeChat',
			},
			{
				name: 'In a Web Browser',
				value: 'web',
				description: 'Always the page with the QR code or quick login',
			},
		],
		default: 'auto',
		description: "Which of WeCom's two pages people are sent to",
	},
	{
		displayName: 'Scope',
		name: 'scope',
		type: 'options',
		options: [
			{
				name: 'Basic',
				value: 'snsapi_base',
				description: 'The user ID, without asking the person',
			},
			{
				name: 'Personal Details',
				value: 'snsapi_privateinfo',
				description: 'Asks the person for avatar, mobile, email and address, in the app only',
			},
		],
		default: 'snsapi_base',
		description:
			'How much the login asks people for. In a web browser it only ever gives the user ID.',
		displayOptions: when('loginPage', 'auto', 'inApp'),
	},
	{
		displayName: 'Who May Log In',
		name: 'who',
		type: 'multiOptions',
		required: true,
		options: [
			{ name: 'Customers', value: 'customer', description: 'External contacts of the company' },
			{
				name: 'Linked Members',
				value: 'linkedMember',
				description: 'Members of linked, upstream and downstream companies',
			},
			{ name: 'Members', value: 'member', description: 'Members of the company' },
			{ name: 'Parents', value: 'parent', description: 'Parents of students, for schools' },
			{
				name: 'Students',
				value: 'student',
				description: 'Students with an account of their own, for schools',
			},
			{
				name: 'Visitors',
				value: 'visitor',
				description: 'Anyone else with WeChat; only an OpenID is known',
			},
		],
		default: ['member'],
		description: 'Everyone else sees a page that says so, and the workflow does not start',
	},
	{
		displayName: 'Answer',
		name: 'answer',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Redirect',
				value: 'redirect',
				description: 'Send the person to an application at once, while the workflow runs',
			},
			{ name: 'Show a Page', value: 'page', description: 'Show that the login worked' },
			{
				name: 'Using WeCom Node',
				value: 'workflow',
				description: 'The workflow answers with Login > Respond of the WeCom node',
			},
		],
		default: 'page',
		description: 'What the person sees after the login',
	},
	{
		displayName: 'Redirect URL',
		name: 'redirectUrl',
		type: 'string',
		noDataExpression: true,
		default: '',
		placeholder: 'e.g. https://app.example.com/login',
		description:
			"Where people go if the URL they open has no 'return_to'. Its host is always allowed in 'return_to', too.",
		displayOptions: when('answer', 'redirect'),
	},
	{
		displayName: 'Allowed Hosts',
		name: 'allowedHosts',
		type: 'string',
		noDataExpression: true,
		default: '',
		placeholder: 'e.g. app.example.com, wiki.example.com:8443',
		description:
			"Comma-separated hosts to which 'return_to' in the URL people open may lead. https is assumed; write http:// before a host without it.",
		displayOptions: when('answer', 'redirect', 'workflow'),
	},
	{
		displayName: 'Page Text',
		name: 'pageText',
		type: 'string',
		default: '',
		placeholder: 'e.g. The door is open.',
		description: 'Replaces the usual text of the page',
		displayOptions: when('answer', 'page'),
	},
	{
		displayName: 'Add Signed JWT',
		name: 'signJwt',
		type: 'boolean',
		default: false,
		description:
			"Whether to tell the application who the person is, in a token signed with the credential's 'Login JWT Key'",
		displayOptions: when('answer', 'redirect'),
	},
	{
		...jwtOptions,
		displayOptions: { show: { answer: ['redirect'], signJwt: [true] } },
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Accept Any Company',
				name: 'acceptAnyCompany',
				type: 'boolean',
				default: false,
				description:
					"Whether members may log in to a third-party app when the credential does not store their company's authorization",
				displayOptions: { show: { '/authentication': ['suite'] } },
			},
			{
				displayName: 'Language',
				name: 'lang',
				type: 'options',
				options: [
					{ name: 'Automatic', value: 'auto', description: "The browser's language" },
					{ name: 'Chinese', value: 'zh' },
					{ name: 'English', value: 'en' },
				],
				default: 'auto',
				description: 'Language of the web login page',
			},
			{
				displayName: 'On Failure',
				name: 'onFailure',
				type: 'options',
				options: [
					{ name: 'Show a Page Only', value: 'page' },
					{
						name: 'Start the Workflow, Too',
						value: 'workflow',
						description: "With an item that gives the reason in 'error'",
					},
				],
				default: 'page',
				description:
					'What happens when a login is cancelled, too slow or refused. Forged logins never start the workflow; those for which WeCom names nobody do at most five times an hour.',
			},
			{
				displayName: 'Read the Member',
				name: 'readMember',
				type: 'boolean',
				default: false,
				description: 'Whether to add name, department and other details of members to the item',
			},
			{
				displayName: 'Verification File Content',
				name: 'verificationContent',
				type: 'string',
				default: '',
				description: 'The content of the file',
			},
			{
				displayName: 'Verification File Name',
				name: 'verificationFile',
				type: 'string',
				default: '',
				placeholder: 'e.g. WW_verify_a1B2c3D4e5F6g7H8.txt',
				description:
					'The file with which WeCom checks who owns the domain. The login URL with ?file= and this name returns it: let the web server in front of n8n pass that on.',
			},
		],
	},
];
