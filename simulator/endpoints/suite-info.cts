/** What a company has authorized, as get_auth_info and get_permanent_code tell it (docs 100776, 100779, 91912). */
import { findMember, type State } from '../state.cts';
import { companyState, isTemplate, openId, type Authorization } from '../suite/state.cts';

const LEVEL_BASE_READ_ONLY = 1;
/** The level of a customized app: "for customized apps the value is meaningless, always 0". */
const LEVEL_CUSTOMIZED = 0;

export function corpInfo({ company, authMode }: Authorization) {
	const shown = (text: string) => (authMode === 1 ? '' : text);
	return {
		corpid: company.corpid,
		corp_name: company.name,
		corp_type: 'verified',
		corp_square_logo_url: `https://wework.qpic.example/logo/${company.agentid}/0`,
		corp_user_max: 200,
		corp_full_name: company.name,
		subject_type: 1,
		verified_end_time: 1_900_000_000,
		corp_scale: shown('1-50人'),
		corp_industry: shown('IT服务'),
		corp_sub_industry: shown('计算机软件/硬件/信息服务'),
	};
}

export function authInfo({ suite, app, authMode }: Authorization) {
	const { users, departments, tags } = app.visible;
	return {
		agent: [
			{
				agentid: app.agentid,
				name: app.name,
				round_logo_url: 'https://wework.qpic.example/app/round',
				square_logo_url: 'https://wework.qpic.example/app/square',
				auth_mode: authMode,
				is_customized_app: isTemplate(suite),
				auth_from_thirdapp: false,
				privilege: {
					level: isTemplate(suite) ? LEVEL_CUSTOMIZED : LEVEL_BASE_READ_ONLY,
					allow_party: departments,
					allow_user: users,
					allow_tag: tags,
					extra_party: [],
					extra_user: [],
					extra_tag: [],
				},
			},
		],
	};
}

/** Who authorized; undefined when nobody is known. */
export function authUserInfo(root: State, { company, admin: userid }: Authorization) {
	if (!userid) return {};
	const member = findMember(companyState(root, company), userid);
	const open_userid = openId('wo', root, company.corpid, userid);
	const { name = '', avatar = '' } = member ?? {};
	return { auth_user_info: { userid, open_userid, name, avatar } };
}
