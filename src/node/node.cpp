#include "node/node.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "membership/words.hpp"
#include "net/server.hpp"
#include "node/life.hpp"
#include "node/start.hpp"
#include "store/fresh.hpp"
#include "store/system_files.hpp"
#include "wire/address.hpp"
#include "wire/ids.hpp"

namespace duckduckgoose::node {

struct Node::Impl {
  Impl(net::Loop& on, store::Directory opened, net::Server listening, Settings told,
       const std::string& address);
  ~Impl();

  void serve();
  void begin(const Record& record, const membership::Decision& start);
  void tell_start(const Record& record, const membership::Decision& start);
  void begin_anew(bool in_cluster, const std::string& why);
  void stop();
  void say_good_bye();
  void stop_without_keeper();
  void end(Failure failure);

  std::unique_ptr<store::SystemFiles> files;
  Log log;
  store::Directory directory;
  KeeperLine keeper;
  Home home;
  net::Server server;
  std::unique_ptr<Life> life;
  std::function<void(Failure)> on_end;
  net::TimerId end_timer;
  bool stopping = false;
  int exit_with;  ///< Once it has stopped.
  ReleaseReason stops_because = ReleaseReason::stopped;
};

namespace {

net::ServerOptions server_options(const Settings& settings) {
  net::ServerOptions options;
  options.host = settings.listen;
  options.port = settings.port;
  options.allowed_hosts = settings.allowed_hosts;
  if (settings.advertise) {
    if (const auto address = wire::parse_address(*settings.advertise)) {
      options.allowed_hosts.push_back(address->host);
    }
  }
  return options;
}

/// "resuming cluster default: needs 1 more of localhost:4002, localhost:4003; start over with ..."
std::string resuming(const Record& record, const Settings& settings) {
  std::string text = "resumes cluster " + record.cluster.name;
  const Configuration& config = record.config;
  const bool votes = config.has(record.node.id);
  std::string others;
  for (const Member& it : config.members) {
    if (it.id != record.node.id) others += (others.empty() ? "" : ", ") + it.address;
  }
  const std::size_t needed = majority_of(config.members.size()) - (votes ? 1 : 0);
  if (!votes) {
    text += " as an observer of " + others;
  } else if (needed > 0) {
    text += ": needs " + std::to_string(needed) + " more of " + others;
  }
  const auto data = std::ranges::find(settings.sources, "data", &SettingSource::name);
  const bool by_port = data == settings.sources.end() || data->source == "default";
  return text + "; start over with `duckduckgoose reset " +
         (by_port ? "--port " + std::to_string(settings.port) : "--data " + settings.data) + "`";
}

}  // namespace

Node::Impl::Impl(net::Loop& on, store::Directory opened, net::Server listening, Settings told,
                 const std::string& address)
    : log{told.log},
      directory{std::move(opened)},
      keeper{on, told.keeper,
             KeeperLine::Listener{.beat = [this] { return life ? life->beat() : guard::Beat{}; },
                                  .on_stop = [this] { stop(); },
                                  .on_work =
                                      [this](const guard::Reply& reply) {
                                        if (life) life->hear(reply);
                                      },
                                  .on_silent =
                                      [this] {
                                        if (life) life->go_on_unguarded(false);
                                      },
                                  .on_dead = [this] { stop_without_keeper(); }}},
      home{.loop = on,
           .log = log,
           .directory = directory,
           .keeper = keeper,
           .settings = std::move(told),
           .address = address,
           .began = net::Loop::now(),
           .began_at = wall_now()},
      server{std::move(listening)},
      exit_with{home.settings.job && home.settings.job->once ? exit_code::try_again
                                                             : exit_code::stopped} {}

Node::Impl::~Impl() {
  home.loop.cancel(end_timer);
  life.reset();
}

void Node::Impl::serve() {
  server.serve(
      [this](const net::Request& request, net::Responder responder) {
        if (life) life->handle(request, std::move(responder));
      },
      [this](net::Link link) {
        if (life) life->accept(std::move(link));
      });
}

void Node::Impl::tell_start(const Record& record, const membership::Decision& start) {
  log.set_node(wire::short_text(record.node.id), home.address);
  log.set_term(record.term);
  log.info("start", "duckduckgoose " + std::string{program_version} + " listens on " +
                        membership::joined(server.addresses()) + "; its data lie in " +
                        directory.path());
  if (std::holds_alternative<membership::Resume>(start)) {
    log.info("resume", resuming(record, home.settings));
  } else if (const auto* ask = std::get_if<membership::AskTargets>(&start)) {
    log.info("joining",
             "joins cluster " + ask->cluster + ": asks " + membership::joined(ask->targets));
  }
  if (const auto& job = home.settings.job) {
    log.info("containment", "what the goose starts is contained by " +
                                std::string{os::to_text(job->job.containment.level())});
  }
  if (record.node.may_lead == home.settings.witness) {
    log.warn("setting",
             record.node.may_lead
                 ? "--witness is not followed: this node was no witness at its first start"
                 : "this node is a witness since its first start, also without --witness");
  }
  if (const auto why = why_grace_is_cut(home.settings, record.config.promise);
      why && !record.is_fresh()) {
    log.warn("setting", *why);
  }
  for (const SettingSource& it : home.settings.sources) {
    log.info("setting", it.name + " = " + it.value + " (" + it.source + ")");
  }
}

void Node::Impl::begin(const Record& record, const membership::Decision& start) {
  life = std::make_unique<Life>(
      home, record, start,
      Life::Listener{
          .on_failure = [this](Failure why) { end(std::move(why)); },
          .on_done =
              [this](int code, ReleaseReason why) {
                exit_with = code;
                stops_because = why;
                stop();
              },
          .on_outlived = [this](bool in_cluster,
                                const std::string& why) { begin_anew(in_cluster, why); }});
  keeper.beat();
}

/// A new node takes over the directory and the port of the one before, whose id is of no use any
/// more. What was promised is not forgotten: it waits all the same (rule 6). With `in_cluster` it
/// goes on as an observer there, else it starts over.
void Node::Impl::begin_anew(bool in_cluster, const std::string& why) {
  if (stopping) return;
  const Record old = life->record();
  auto made = store::fresh_record(old.cluster.name, old.node.may_lead, net::Loop::unix_ms());
  if (!made) return end(failure_of(made.error()));
  Record record = std::move(*made);
  record.saves = old.saves;
  record.promise_max = old.promise_max;
  record.slot = old.slot;
  record.addresses = old.addresses;
  if (in_cluster) {
    record.cluster = old.cluster;
    record.config = old.config;
    record.term = old.config.stamp.term;
  }
  record = started_again(std::move(record));
  membership::Start told = start_of(home.settings, false);
  told.cluster = old.cluster.name;
  const auto start = membership::decide_start(record, told);
  if (const auto* refuse = std::get_if<membership::Refuse>(&start)) {
    return end({static_cast<int>(refuse->exit), refuse->sentence});
  }
  log.warn("new_id", why + ": " + wire::to_text(old.node.id) + " goes on as " +
                         wire::to_text(record.node.id));
  life.reset();
  if (const auto saved = directory.save(record); !saved) return end(failure_of(saved.error()));
  begin(record, start);
}

void Node::Impl::stop() {
  if (std::exchange(stopping, true)) return;
  if (!life) return end({exit_code::stopped, {}});
  if (home.settings.leave_on_stop && !life->record().is_fresh()) {
    log.info("stop", "leaves its cluster for ever, and stops");
    return life->leave_cluster([this] { say_good_bye(); });
  }
  const bool is_voter = life->record().config.has(life->record().node.id);
  log.info("stop", is_voter ? "stops; it stays a member" : "stops");
  say_good_bye();
}

void Node::Impl::say_good_bye() {
  life->stop(stops_because, [this](bool owes) {
    server.shutdown(Life::farewell_time, [this, owes] {
      if (!owes) keeper.tell(guard::Farewell{});
      const bool is_alone = stops_because == ReleaseReason::keeper_dead;
      end(is_alone ? Failure{exit_code::try_again, "its keeper is dead: handed over and stopped"}
                   : Failure{exit_with, {}});
    });
  });
}

/// Nobody could prove this node's death any more.
void Node::Impl::stop_without_keeper() {
  stops_because = ReleaseReason::keeper_dead;
  if (life) life->go_on_unguarded(true);
  log.error("keeper", "its keeper is dead: hands over and stops");
  stop();
}

void Node::Impl::end(Failure failure) {
  home.loop.cancel(end_timer);
  end_timer = home.loop.wake_at(net::Loop::now(), [this, failure = std::move(failure)] {
    life.reset();
    if (auto f = std::exchange(on_end, {})) f(failure);
  });
}

std::expected<Node, Failure> Node::start(net::Loop& loop, Settings settings) {
  if (auto fine = check(settings); !fine) return std::unexpected{fine.error()};
  // First of all, so that a second process for the same port touches nothing.
  auto server = net::Server::listen(loop, server_options(settings));
  if (!server) return std::unexpected{failure_of(server.error())};
  settings.port = server->port();

  auto files = std::make_unique<store::SystemFiles>();
  auto directory = store::Directory::open(*files, settings.data);
  if (!directory) return std::unexpected{failure_of(directory.error())};
  auto record = load_or_make(*directory, settings);
  if (!record) return std::unexpected{record.error()};
  const auto address = own_address(settings, settings.port, *record);
  if (!address) return std::unexpected{address.error()};
  if (auto fine = check_grace(settings, *record); !fine) return std::unexpected{fine.error()};
  const auto decision = membership::decide_start(*record, start_of(settings, false));
  if (const auto* refuse = std::get_if<membership::Refuse>(&decision)) {
    return std::unexpected{Failure{static_cast<int>(refuse->exit), refuse->sentence}};
  }
  // What it says must be what it looks for, whatever it was told at an earlier start.
  if (const auto* ask = std::get_if<membership::AskTargets>(&decision)) {
    record->cluster.name = ask->cluster;
  }
  *record = started_again(std::move(*record));
  if (const auto saved = directory->save(*record); !saved) {
    return std::unexpected{failure_of(saved.error())};
  }

  auto impl = std::make_unique<Impl>(loop, std::move(*directory), std::move(*server),
                                     std::move(settings), *address);
  impl->files = std::move(files);
  impl->tell_start(*record, decision);
  impl->begin(*record, decision);
  impl->serve();
  impl->keeper.report(impl->life->status().cause);
  return Node{std::move(impl)};
}

Node::Node(std::unique_ptr<Impl> impl) noexcept : impl_{std::move(impl)} {}
Node::Node(Node&&) noexcept = default;
Node& Node::operator=(Node&&) noexcept = default;
Node::~Node() = default;

void Node::on_end(std::function<void(Failure)> f) { impl_->on_end = std::move(f); }
void Node::stop() { impl_->stop(); }
void Node::cut_off(bool is_cut) {
  if (impl_->life) impl_->life->cut_off(is_cut);
}
std::uint16_t Node::port() const { return impl_->home.settings.port; }
const std::string& Node::address() const { return impl_->home.address; }
NodeId Node::id() const { return impl_->life->record().node.id; }
wire::Status Node::status() const { return impl_->life->status(); }

}  // namespace duckduckgoose::node
