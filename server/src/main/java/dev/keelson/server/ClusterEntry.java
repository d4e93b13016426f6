package dev.keelson.server;

import dev.keelson.raft.RandomSource;
import dev.keelson.server.cluster.ClusterBirth;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.cluster.ServerIdentity;
import dev.keelson.server.config.MemberUrl;
import dev.keelson.server.config.ServerConfig;
import dev.keelson.server.config.ServerConfig.InitialCluster;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * How a member without data enters its cluster: with all the others at its birth, or later, by what
 * a running member tells (MB17, MB18). Either way its log begins with the members of the birth.
 *
 * @param birth the members with which the log begins
 */
record ClusterEntry(MemberTable birth, ServerIdentity identity) {
  private static final Duration ASK_NEW = Duration.ofSeconds(1);
  private static final Duration ASK_EXISTING = Duration.ofSeconds(2);
  private static final int ROUNDS = 5;

  static ClusterEntry of(ServerConfig config, RandomSource random, PeerSurvey survey)
      throws StartException {
    return switch (config.initialCluster().state()) {
      case NEW -> atBirth(config, random, survey);
      case EXISTING -> joining(config, random, survey);
    };
  }

  private static ClusterEntry atBirth(ServerConfig config, RandomSource random, PeerSurvey survey)
      throws StartException {
    var birth = ClusterBirth.tableOf(initialUrls(config), config.initialCluster().token());
    long id = ClusterBirth.memberId(ownPeerUrls(config), config.initialCluster().token());
    for (var known : ask(config, survey, ASK_NEW)) {
      if (known.clusterId() == birth.clusterId()) {
        requireFirstStart(known, id);
      }
    }
    return new ClusterEntry(birth, identity(birth, id, random));
  }

  private static ClusterEntry joining(ServerConfig config, RandomSource random, PeerSurvey survey)
      throws StartException {
    for (int round = 1; ; round++) {
      try {
        var table = latest(config, survey);
        var self = requireSameMembers(config, table);
        requireFirstStart(table, self.id());
        return new ClusterEntry(table.atBirth(), identity(table, self.id(), random));
      } catch (StartException e) {
        // The one who answers may not have heard yet that we were added.
        if (round == ROUNDS) {
          throw e;
        }
      }
    }
  }

  private static MemberTable latest(ServerConfig config, PeerSurvey survey) throws StartException {
    return ask(config, survey, ASK_EXISTING).stream()
        .max((one, other) -> Long.compare(one.version(), other.version()))
        .orElseThrow(
            () ->
                new StartException(
                    "cannot fetch cluster info from peer urls: no member of --initial-cluster"
                        + " answers"));
  }

  /** All are asked at once; who is down refuses at once. */
  private static List<MemberTable> ask(ServerConfig config, PeerSurvey survey, Duration timeout) {
    var own = ownPeerUrls(config);
    return initialUrls(config).values().stream()
        .flatMap(List::stream)
        .filter(url -> !own.contains(url))
        .toList()
        .parallelStream()
        .map(url -> survey.ask(url, timeout))
        .flatMap(Optional::stream)
        .toList();
  }

  /** MB-id: an id whose member has run before is nothing for an empty disk. */
  private static void requireFirstStart(MemberTable table, long id) throws StartException {
    if (table.isRemoved(id)) {
      throw new StartException(
          "member %x was removed from the cluster; add it again and start it with".formatted(id)
              + " --initial-cluster-state=existing");
    }
    var known = table.find(id);
    if (known.isPresent() && known.get().isStarted()) {
      throw new StartException(
          ("member %x has already been bootstrapped, and this data directory is empty: its data"
                  + " was lost; remove the member, add it again and start it with"
                  + " --initial-cluster-state=existing")
              .formatted(id));
    }
  }

  private static Member requireSameMembers(ServerConfig config, MemberTable table)
      throws StartException {
    var told = initialUrls(config);
    if (told.size() != table.members().size()) {
      throw new StartException(
          "member count is unequal: --initial-cluster names %d, the cluster has %d"
              .formatted(told.size(), table.members().size()));
    }
    for (var entry : told.entrySet()) {
      if (find(table, entry.getValue()).isEmpty()) {
        throw new StartException(
            "unmatched member '%s' while checking PeerURLs: the cluster has none at %s"
                .formatted(entry.getKey(), String.join(",", entry.getValue())));
      }
    }
    return find(table, ownPeerUrls(config))
        .orElseThrow(
            () ->
                new StartException(
                    "no member of the cluster is at %s: add this member first"
                        .formatted(String.join(",", ownPeerUrls(config)))));
  }

  private static Optional<Member> find(MemberTable table, List<String> urls) {
    var wanted = new TreeSet<>(urls);
    return table.members().stream()
        .filter(member -> new TreeSet<>(member.peerUrls()).equals(wanted))
        .findFirst();
  }

  private static ServerIdentity identity(MemberTable table, long id, RandomSource random) {
    return new ServerIdentity(table.clusterId(), id, random.nextLong() | 1);
  }

  private static Map<String, List<String>> initialUrls(ServerConfig config) {
    InitialCluster initial = config.initialCluster();
    var urls = new LinkedHashMap<String, List<String>>();
    initial.members().forEach((name, peers) -> urls.put(name, texts(peers.stream())));
    return urls;
  }

  static List<String> ownPeerUrls(ServerConfig config) {
    return texts(config.listeners().advertisePeerUrls().stream());
  }

  private static List<String> texts(Stream<MemberUrl> urls) {
    return urls.map(MemberUrl::toString).toList();
  }
}
