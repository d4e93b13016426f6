package dev.keelson.server.metrics;

import dev.keelson.server.transport.PeerStats;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** {@code etcd_network_*}: peers by their ids, and clients as a whole. */
record NetworkMeters(MetricSources sources) {
  private static final List<String> TO = List.of("To");
  private static final List<String> FROM = List.of("From");
  private static final List<String> BOTH = List.of("Local", "Remote");

  void register(Families families) {
    families.counters(
        "etcd_network_peer_sent_bytes_total", "Bytes to a peer", TO, each(PeerStats::sentBytes));
    families.counters(
        "etcd_network_peer_received_bytes_total",
        "Bytes from a peer",
        FROM,
        each(PeerStats::receivedBytes));
    families.counters(
        "etcd_network_peer_sent_failures_total",
        "Messages that could not be sent to a peer",
        TO,
        each(PeerStats::droppedMessages));
    families.histograms(
        "etcd_network_peer_round_trip_time_seconds",
        "Time of a ping to a peer",
        TO,
        sink ->
            sources
                .peers()
                .get()
                .forEach(peer -> sink.distribution(peer.roundTrips(), hex(peer.peer()))));
    families.gauges(
        "etcd_network_active_peers",
        "1 if messages can be sent to a peer",
        BOTH,
        eachPair(peer -> peer.connected() ? 1 : 0));
    families.gauges(
        "etcd_network_known_peers", "1 for each other member", BOTH, eachPair(peer -> 1));
    families.counters(
        "etcd_network_disconnected_peers_total",
        "Connections to a peer that were lost",
        BOTH,
        eachPair(PeerStats::disconnects));
    families.gauges(
        "keelson_peer_queued_bytes",
        "Bytes that wait to be sent to a peer",
        List.of("peer"),
        each(PeerStats::queuedBytes));
    var calls = sources.calls();
    families.counter(
        "etcd_network_client_grpc_received_bytes_total", "Bytes of requests", calls::receivedBytes);
    families.counter(
        "etcd_network_client_grpc_sent_bytes_total", "Bytes of answers", calls::sentBytes);
  }

  private Consumer<Families.Sink> each(ToDoubleFunction<PeerStats> number) {
    return sink ->
        sources
            .peers()
            .get()
            .forEach(peer -> sink.value(number.applyAsDouble(peer), hex(peer.peer())));
  }

  private Consumer<Families.Sink> eachPair(ToDoubleFunction<PeerStats> number) {
    var local = hex(sources.identity().memberId());
    return sink ->
        sources
            .peers()
            .get()
            .forEach(peer -> sink.value(number.applyAsDouble(peer), local, hex(peer.peer())));
  }

  private static String hex(long id) {
    return Long.toHexString(id);
  }
}
