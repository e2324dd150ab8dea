// What people do in a session. `crm` journeys run on gentelella's pages, `admin` ones on
// AdminLTE's.

const CRM_PAGES = [
  'calendar', 'projects', 'kanban', 'inbox', 'invoice', 'contacts', 'profile', 'faq',
  'notifications', 'e_commerce', 'pricing_tables'
];

async function crmMenu(v, count) {
  for (let i = 0; i < count; i++) {
    await v.follow(`a.nav-link[href="${v.random.pick(CRM_PAGES)}.html"]`);
    if (v.random.below(3) === 0) await v.click('.theme-toggle');
  }
}

const ADMIN_PAGES = [
  '/index2.html', '/pages/widgets.html', '/pages/calendar.html',
  '/pages/tables/data.html', '/pages/UI/timeline.html', '/pages/mailbox/mailbox.html',
  '/pages/examples/invoice.html', '/pages/charts/chartjs.html'
];

async function adminMenu(v, count) {
  for (let i = 0; i < count; i++) await v.open(v.random.pick(ADMIN_PAGES));
}

// The password is shown for a moment, and typed on while it stands there as text.
async function typePassword(v, selector, {show = false} = {}) {
  const password = v.secrets.password();
  if (!show) return v.type(selector, password, 'passwords');
  const half = Math.ceil(password.length / 2);
  const field = v.page.locator(selector).first();
  await field.click();
  await v.press('Control+A');
  await v.page.keyboard.type(password.slice(0, half));
  const toggle = v.page.locator('.show-password').first();
  await toggle.click();
  // Pages without ids are found by type, which has just changed.
  const shown =
      v.page.locator(selector.replace('[type=password]', '[type=text]')).first();
  await shown.click();
  await v.press('End');
  await v.page.keyboard.type(password.slice(half));
  v.secrets.note('passwords', password);
  await v.think(500, 2000);
  await toggle.click();
  return password;
}

async function typeCode(v) {
  const code = v.secrets.note('one_time_codes', v.secrets.digits(6));
  await v.page.locator('.otp-input').first().click();
  await v.page.keyboard.type(code.slice(0, -1));
  await v.think(500, 2000);
  await v.page.keyboard.type(code.slice(-1));
}

export const journeys = {
  async crmLogin(v) {
    await v.open('/production/login.html');
    await v.type('#email', v.secrets.email());
    await typePassword(v, '#password', {show: v.random.below(2) === 0});
    await v.follow('button[type=submit]');
    await v.track('login', {method: 'password'});
  },

  async crmBrowse(v) {
    await v.open('/production/index.html');
    await crmMenu(v, v.random.between(3, 5));
  },

  async crmTwoFactor(v) {
    await v.open('/production/verify_2fa.html');
    // The page goes on by itself after the last digit.
    await v.loads(() => typeCode(v));
    await crmMenu(v, 2);
  },

  async crmNewProject(v) {
    await v.open('/production/form.html');
    await v.content(
        'walkthrough.started', {content_id: 'wt-project', content_name: 'New project'});
    await v.type('#projectName', v.secrets.token());
    await v.choose('#client', 2);
    await v.content(
        'walkthrough.step',
        {content_id: 'wt-project', content_name: 'New project', step: 2});
    await v.type('#budget', v.secrets.digits(8));
    await v.type('#description', `The customer ${v.secrets.token()} asked for an offer.`);
    await v.type('input[aria-label="Add tag"]', v.secrets.token());
    await v.press('Enter');
    await v.content(
        'walkthrough.completed', {content_id: 'wt-project', content_name: 'New project'});
    await v.track(
        'project_created', {plan: 'pro', amount: v.random.between(10, 90) + 0.5});
  },

  async crmSecurity(v) {
    await v.open('/production/form.html');
    // The page itself fills this field; a click on it is enough to capture the value.
    await v.click('#newPwd');
    v.secrets.note('passwords', 'Goat-Stapler99!');
    await typePassword(v, '#currentPwd');
    await typePassword(v, '#newPwd', {show: true});
    await typeCode(v);
    await v.content(
        'task.completed',
        {content_id: 'task-security', content_name: 'Secure the account'});
  },

  async crmOrders(v) {
    await v.open('/production/orders.html');
    await v.choose('select[aria-label="Filter by status"]', 1);
    await v.track('filter_applied', {filter: 'status'});
    await v.open('/production/order_detail.html');
    await v.type(
        'textarea[aria-label="Order note"]', `Card ${v.secrets.card(' ')} was declined`);
    await v.type(
        'textarea[aria-label="Order note"]', `Call ${v.secrets.token()} tomorrow`);
    await v.click('.page-header button.btn-primary, button.btn-primary');
    await v.track('order_fulfilled', {order: '7841', amount: 120.4, currency: 'EUR'});
  },

  async crmChat(v) {
    await v.open('/production/chat.html');
    await v.type('#chat-input', `${v.secrets.token()} is on the way`);
    await v.press('Enter');
    await v.type('#chat-input', `please charge ${v.secrets.card('-')}`);
    await v.press('Enter');
    await v.type('input[aria-label="Search conversations"]', v.secrets.token());
  },

  async crmPeople(v) {
    await v.open('/production/user_management.html');
    await v.type('#users-search', v.secrets.token());
    await v.type('#users-search', v.secrets.phone());
    await v.choose('#filter-role', 1);
    await v.track('search', {scope: 'people', results: 0});
  },

  async crmSettings(v) {
    await v.open('/production/settings.html');
    await v.type('#full-name', `${v.secrets.token()} ${v.secrets.word()}`);
    await v.type('#email', v.secrets.email());
    await v.choose('#timezone', 2);
    await v.press('Control+Home', 'PageDown');
    await v.content(
        'task.completed',
        {content_id: 'task-profile', content_name: 'Fill in the profile'});
  },

  async crmIntegration(v) {
    await v.open('/production/settings.html');
    const token =
        v.secrets.note('properties', `${v.secrets.token()}${v.secrets.token()}`);
    await v.track('integration_connected', {target: 'calendar', api_token: token});
    await v.track('invite_sent', {role: 'viewer'});
  },

  async crmWizard(v) {
    await v.open('/production/form_wizards.html');
    await v.type('input[aria-label="First name"]', v.secrets.token());
    await v.type('input[aria-label="Last name"]', v.secrets.token());
    await v.type('.wizard-panel input[type=email]', v.secrets.email());
    await typePassword(v, '.wizard-panel input[type=password]');
  },

  async crmValidation(v) {
    await v.open('/production/form_validation.html');
    await v.type('#vEmail', v.secrets.email());
    await v.type(
        '#vUrl', `https://${v.secrets.token()}.example/?key=${v.secrets.token()}`);
    await typePassword(v, '#vPwd', {show: true});
    await v.click('#validate-form button[type=submit]');
  },

  async crmLock(v) {
    await v.open('/production/lock_screen.html');
    await typePassword(v, '#password');
    await v.follow('button[type=submit]');
  },

  async crmVisit(v) {
    await v.open('/production/landing.html');
    await v.follow('a[href="pricing_tables.html"]');
    await v.click('.chart-tab:nth-child(2)');
    await v.open('/production/faq.html');
    await v.content(
        'shoutout.shown', {content_id: 'so-trial', content_name: 'Trial offer'});
  },

  async crmRegister(v) {
    await v.open('/production/register.html');
    await v.content(
        'shoutout.clicked', {content_id: 'so-trial', content_name: 'Trial offer'});
    await v.type('#name', `${v.secrets.token()} ${v.secrets.word()}`);
    await v.type('#email', v.secrets.email());
    await typePassword(v, '#password', {show: true});
    await v.click('input[type=checkbox]');
    await v.follow('button[type=submit]');
    await v.link(v.signUpAs);
    await v.identify(v.signUpAs, {plan: 'starter', role: 'buyer'});
    await v.track('signup', {plan: 'starter'});
    await crmMenu(v, 2);
  },

  async crmCourse(v) {
    const course = {content_id: 'course-basics', content_name: 'CRM basics'};
    await v.open('/production/index.html');
    await v.content(
        'launcher.clicked', {content_id: 'la-courses', content_name: 'Courses'});
    await v.content('course.started', course);
    for (const lesson of ['Orders', 'Projects', 'Reports']) {
      await v.think(60000, 180000);
      await v.content('lesson.completed', {...course, lesson});
    }
    await v.content(
        'quiz.submitted',
        {...course, quiz: 'Final quiz', score: v.random.between(60, 100)});
    await v.content('course.completed', course);
  },

  async crmSurvey(v) {
    await v.open('/production/index.html');
    await v.content('survey.submitted', {
      content_id: 'nps-q4',
      content_name: 'How are we doing?',
      score: v.npsScore,
      comment: 'Quick to learn, please add dark mode to the calendar'
    });
  },

  async adminLogin(v) {
    await v.open('/pages/examples/login.html');
    await v.type('input[type=email]', v.secrets.email());
    await typePassword(v, 'input[type=password]', {show: v.random.below(2) === 0});
    await v.open('/index.html');
    await v.track('login', {method: 'password'});
  },

  async adminRegister(v) {
    await v.open('/pages/examples/register.html');
    await v.type(
        'input[placeholder="Full name"]', `${v.secrets.token()} ${v.secrets.word()}`);
    await v.type('input[type=email]', v.secrets.email());
    const password = await typePassword(v, 'input[placeholder="Password"]');
    await v.type('input[placeholder="Retype password"]', password, 'passwords');
    await v.open('/index.html');
  },

  async adminBrowse(v) {
    await v.open('/index.html');
    await adminMenu(v, v.random.between(2, 4));
    await v.click('.sidebar-toggle');
  },

  // This form sends what was typed as a query, so it lands in the address of the next
  // page.
  async adminSearch(v) {
    await v.open('/pages/tables/simple.html');
    await v.type('input[name=q]', v.secrets.token());
    await v.enter();
    await v.open('/pages/tables/data.html');
    await v.type('input[type=search]', v.secrets.token());
    await v.track('search', {scope: 'table', results: 0});
  },

  async adminForms(v) {
    await v.open('/pages/forms/general.html');
    await v.type('#exampleInputEmail1', v.secrets.email());
    await typePassword(v, '#exampleInputPassword1');
    await v.type('textarea:not([disabled])', `Address ${v.secrets.token()} has changed`);
    await v.choose('select:not([disabled]):not([multiple])', 1);
    await v.click('#optionsRadios2');
    await v.type('#inputSuccess', v.secrets.card(' '), 'cards');
    await v.content('smarttip.shown', {content_id: 'st-form', content_name: 'Form help'});
  },

  async adminProfile(v) {
    await v.open('/pages/examples/profile.html');
    await v.click('a[href="#settings"]');
    await v.type('#inputExperience', `Worked for ${v.secrets.token()} in sales`);
    await v.type('#inputSkills', `${v.secrets.token()}, ${v.secrets.token()}`);
  },

  async adminMail(v) {
    await v.open('/pages/mailbox/compose.html');
    await v.type('input[placeholder="To:"]', v.secrets.email());
    await v.type('input[placeholder="Subject:"]', `Offer ${v.secrets.token()}`);
  },

  async adminLock(v) {
    await v.open('/pages/examples/lockscreen.html');
    await typePassword(v, 'input[type=password]', {show: true});
    await adminMenu(v, 1);
  },
};
