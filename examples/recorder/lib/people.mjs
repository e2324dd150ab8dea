// Who visits, when, and what they do there. `day` counts back from now, `hour` is the
// local time of a clock that shows noon at now.

const AGENTS = {
  chromeWindows:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      'Chrome/142.0.0.0 Safari/537.36',
  chromeMac:
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      'Chrome/141.0.0.0 Safari/537.36',
  edge:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      'Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
  firefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  safari:
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Version/18.1 Safari/605.1.15',
};

export const people = [
  {
    id: 'ana.silva@acme.example',
    agent: AGENTS.firefox,
    place: ['FR', 'Île-de-France', 'Paris'],
    properties: {plan: 'pro', role: 'sales'},
    npsScore: 9,
    sessions: [
      {day: 29, hour: 9.1, app: 'crm', does: ['crmLogin', 'crmNewProject', 'crmBrowse']},
      {day: 22, hour: 8.8, app: 'crm', does: ['crmLogin', 'crmOrders']},
      {day: 15, hour: 14.3, app: 'admin', does: ['adminLogin', 'adminSearch']},
      {day: 8, hour: 9.2, app: 'crm', does: ['crmCourse']},
      {day: 1, hour: 10.4, app: 'crm', does: ['crmChat', 'crmSurvey']},
    ]
  },
  {
    id: 'bruno.keller@acme.example',
    agent: AGENTS.chromeWindows,
    place: ['DE', 'Bayern', 'München'],
    properties: {plan: 'pro', role: 'support'},
    npsScore: 7,
    sessions: [
      {day: 28, hour: 7.9, app: 'admin', does: ['adminRegister', 'adminBrowse']},
      {day: 21, hour: 13.5, app: 'admin', does: ['adminLogin', 'adminForms']},
      {day: 14, hour: 8.1, app: 'crm', does: ['crmLogin', 'crmPeople', 'crmBrowse']},
      {day: 7, hour: 16.6, app: 'crm', does: ['crmLock', 'crmSurvey']},
    ]
  },
  {
    id: 'chloe.martin@acme.example',
    agent: AGENTS.safari,
    place: ['FR', 'Bretagne', 'Rennes'],
    properties: {plan: 'team', role: 'manager'},
    npsScore: 10,
    sessions: [
      {
        day: 25,
        hour: 11.0,
        app: 'crm',
        does: ['crmLogin', 'crmTwoFactor', 'crmSettings']
      },
      {day: 18, hour: 17.2, app: 'crm', does: ['crmSecurity']},
      {day: 11, hour: 9.6, app: 'crm', does: ['crmCourse', 'crmSurvey']},
      {day: 4, hour: 9.9, app: 'admin', does: ['adminProfile', 'adminBrowse']},
    ]
  },
  {
    id: 'david.okoro@globex.example',
    agent: AGENTS.edge,
    place: ['GB', 'England', 'Leeds'],
    properties: {plan: 'starter', role: 'sales'},
    npsScore: 4,
    sessions: [
      {day: 24, hour: 8.4, app: 'crm', does: ['crmLogin', 'crmWizard']},
      {day: 17, hour: 15.0, app: 'crm', does: ['crmOrders', 'crmBrowse']},
      {day: 3, hour: 12.9, app: 'crm', does: ['crmValidation', 'crmSurvey']},
    ]
  },
  {
    id: 'elena.rossi@globex.example',
    agent: AGENTS.chromeMac,
    place: ['IT', 'Lombardia', 'Milano'],
    properties: {plan: 'pro', role: 'buyer'},
    npsScore: 9,
    sessions: [
      {day: 23, hour: 9.5, app: 'admin', does: ['adminLogin', 'adminMail']},
      {day: 16, hour: 10.1, app: 'admin', does: ['adminLock', 'adminSearch']},
      {day: 9, hour: 18.3, app: 'crm', does: ['crmLogin', 'crmIntegration', 'crmSurvey']},
      {day: 2, hour: 8.7, app: 'admin', does: ['adminForms']},
    ]
  },
  {
    id: '4f9c1e20-7a36-4b8d-9d55-c2b7e8a10f63',
    agent: AGENTS.chromeWindows,
    place: ['US', 'Oregon', 'Portland'],
    properties: {plan: 'enterprise', role: 'admin'},
    sessions: [
      {day: 22, hour: 18.8, app: 'admin', does: ['adminLogin', 'adminBrowse']},
      {day: 10, hour: 19.1, app: 'crm', does: ['crmTwoFactor', 'crmIntegration']},
      {day: 1, hour: 17.5, app: 'crm', does: ['crmSettings', 'crmPeople']},
    ]
  },
  {
    id: 'farid.haddad@initech.example',
    agent: AGENTS.firefox,
    place: ['ES', 'Catalunya', 'Barcelona'],
    properties: {plan: 'team', role: 'support'},
    npsScore: 8,
    sessions: [
      {day: 15, hour: 9.0, app: 'crm', does: ['crmLogin', 'crmChat', 'crmPeople']},
      {day: 8, hour: 13.7, app: 'admin', does: ['adminProfile', 'adminMail']},
      {day: 1, hour: 9.3, app: 'crm', does: ['crmNewProject', 'crmSurvey']},
    ]
  },
  // Comes without a name twice, then signs up, which links all of it to the person.
  {
    id: 'grace.lee@initech.example',
    anonymous: 'a-5d21c7',
    agent: AGENTS.chromeMac,
    place: ['NL', 'Utrecht', 'Utrecht'],
    properties: {plan: 'starter', role: 'buyer'},
    sessions: [
      {day: 10, hour: 20.0, app: 'crm', does: ['crmVisit'], nameless: true},
      {day: 9, hour: 10.5, app: 'crm', does: ['crmVisit', 'crmRegister'], nameless: true},
      {day: 2, hour: 11.4, app: 'crm', does: ['crmLogin', 'crmNewProject']},
    ]
  },
  // Never gives a name.
  {
    id: null,
    anonymous: 'a-90be14',
    agent: AGENTS.edge,
    place: ['PT', 'Lisboa', 'Lisboa'],
    properties: {},
    sessions: [
      {day: 11, hour: 12.2, app: 'crm', does: ['crmVisit'], nameless: true},
      {day: 4, hour: 13.1, app: 'crm', does: ['crmVisit', 'crmBrowse'], nameless: true},
    ]
  },
];
