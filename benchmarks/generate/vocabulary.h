#ifndef FOOTFALL_BENCHMARKS_GENERATE_VOCABULARY_H_
#define FOOTFALL_BENCHMARKS_GENERATE_VOCABULARY_H_

// The words that the generated population is made of.

#include <array>
#include <string_view>

namespace footfall::generate {

enum class Kind { kPageView, kClick, kSubmit, kTrack, kContent };

struct EventName {
  Kind kind;
  bool has_element;
  std::string_view name;
};

// By rank: the first is the most frequent. Names are unique.
inline constexpr std::array<EventName, 60> kEventNames = {{
    {Kind::kPageView, false, "page_view"},
    {Kind::kClick, true, "click"},
    {Kind::kTrack, false, "scroll"},
    {Kind::kTrack, true, "view_item"},
    {Kind::kTrack, true, "search"},
    {Kind::kTrack, true, "hover_card"},
    {Kind::kClick, true, "image_open"},
    {Kind::kTrack, false, "login"},
    {Kind::kClick, true, "filter_apply"},
    {Kind::kTrack, true, "video_play"},
    {Kind::kTrack, true, "add_to_cart"},
    {Kind::kClick, true, "tab_switch"},
    {Kind::kClick, true, "menu_open"},
    {Kind::kClick, true, "form_focus"},
    {Kind::kSubmit, true, "form_submit"},
    {Kind::kTrack, true, "begin_checkout"},
    {Kind::kTrack, false, "logout"},
    {Kind::kClick, true, "notification_open"},
    {Kind::kTrack, true, "share"},
    {Kind::kClick, true, "like"},
    {Kind::kTrack, true, "comment_add"},
    {Kind::kTrack, false, "purchase"},
    {Kind::kTrack, true, "profile_view"},
    {Kind::kClick, true, "settings_open"},
    {Kind::kTrack, true, "video_pause"},
    {Kind::kTrack, true, "video_complete"},
    {Kind::kTrack, true, "file_upload"},
    {Kind::kTrack, true, "file_download"},
    {Kind::kTrack, true, "invite_send"},
    {Kind::kClick, true, "export_csv"},
    {Kind::kTrack, true, "dashboard_open"},
    {Kind::kTrack, true, "report_create"},
    {Kind::kTrack, false, "report_view"},
    {Kind::kContent, false, "smarttip.shown"},
    {Kind::kClick, true, "modal_open"},
    {Kind::kClick, true, "modal_close"},
    {Kind::kContent, false, "launcher.clicked"},
    {Kind::kContent, false, "lesson.completed"},
    {Kind::kTrack, true, "chat_message"},
    {Kind::kTrack, true, "feedback_submit"},
    {Kind::kTrack, false, "signup"},
    {Kind::kContent, false, "task.completed"},
    {Kind::kContent, false, "walkthrough.started"},
    {Kind::kContent, false, "walkthrough.completed"},
    {Kind::kTrack, true, "plan_view"},
    {Kind::kClick, true, "upgrade_click"},
    {Kind::kTrack, true, "payment_add"},
    {Kind::kTrack, true, "payment_fail"},
    {Kind::kTrack, true, "coupon_apply"},
    {Kind::kTrack, true, "wishlist_add"},
    {Kind::kTrack, true, "remove_from_cart"},
    {Kind::kContent, false, "course.started"},
    {Kind::kTrack, true, "order_track"},
    {Kind::kTrack, true, "refund_request"},
    {Kind::kTrack, false, "error_shown"},
    {Kind::kContent, false, "quiz.submitted"},
    {Kind::kTrack, true, "integration_connect"},
    {Kind::kContent, false, "course.completed"},
    {Kind::kContent, false, "survey.submitted"},
    {Kind::kTrack, true, "account_delete"},
}};

// The index of `name`; a name that is not in the table does not compile.
consteval int EventCode(std::string_view name) {
  for (int i = 0; i < static_cast<int>(kEventNames.size()); ++i) {
    if (kEventNames[i].name == name) return i;
  }
  throw "no such event name";
}

inline constexpr std::array<std::string_view, 4> kPlans = {"free", "starter", "pro",
                                                           "enterprise"};

inline constexpr std::array<std::string_view, 50> kCountries = {
    "US", "GB", "DE", "FR", "IN", "BR", "CA", "AU", "ES", "IT", "NL", "PL", "SE",
    "JP", "MX", "ID", "TR", "UA", "AR", "CO", "CH", "BE", "AT", "PT", "DK", "NO",
    "FI", "IE", "CZ", "RO", "GR", "HU", "ZA", "NG", "KE", "EG", "IL", "AE", "SA",
    "SG", "MY", "TH", "VN", "PH", "KR", "TW", "NZ", "CL", "PE", "PK"};

inline constexpr std::array<std::string_view, 32> kFirstNames = {
    "ada",   "bela", "carl",  "dora",  "emil",  "fay",  "gus",  "hana",
    "igor",  "jana", "kofi",  "lola",  "milo",  "nora", "otto", "pia",
    "quinn", "rita", "sven",  "tara",  "ugo",   "vera", "walt", "xenia",
    "yara",  "zeno", "anouk", "boris", "celia", "dirk", "elsa", "finn"};

inline constexpr std::array<std::string_view, 32> kLastNames = {
    "abara",  "bauer",  "costa",  "dahl",   "egger",   "fabre",  "gruber", "haddad",
    "ito",    "jansen", "kovacs", "lopez",  "marino",  "nagy",   "okafor", "petrov",
    "quiroz", "rossi",  "sato",   "tanaka", "ueda",    "varga",  "weiss",  "xu",
    "yilmaz", "zhou",   "amari",  "brandt", "cordero", "dumont", "engel",  "fischer"};

inline constexpr std::array<std::string_view, 10> kMailDomains = {
    "acme.example",  "globex.example",   "initech.example", "umbrella.example",
    "hooli.example", "vandelay.example", "stark.example",   "wayne.example",
    "wonka.example", "cyberdyne.example"};

inline constexpr std::array<std::string_view, 12> kSections = {
    "product", "category", "blog",     "docs",   "help",     "team",
    "boards",  "reports",  "settings", "search", "checkout", "pricing"};

struct ElementKind {
  std::string_view tag;
  std::string_view prefix;
};

inline constexpr std::array<ElementKind, 8> kElementKinds = {{{"button", "btn"},
                                                              {"a", "link"},
                                                              {"div", "card"},
                                                              {"img", "img"},
                                                              {"a", "nav"},
                                                              {"input", "field"},
                                                              {"button", "tab"},
                                                              {"span", "icon"}}};

inline constexpr std::array<std::string_view, 8> kTasks = {
    "Fill in the profile", "Invite a colleague", "Import data",    "Create a report",
    "Connect a calendar",  "Set a goal",         "Share a report", "Plan a meeting"};

inline constexpr std::array<std::string_view, 12> kCourses = {
    "Getting started", "Reports in depth", "Working in teams", "Automation",
    "Data import",     "Administration",   "Dashboards",       "Sharing",
    "Search",          "Integrations",     "Security basics",  "Advanced reports"};

inline constexpr int kLessonsPerCourse = 5;

}  // namespace footfall::generate

#endif  // FOOTFALL_BENCHMARKS_GENERATE_VOCABULARY_H_
