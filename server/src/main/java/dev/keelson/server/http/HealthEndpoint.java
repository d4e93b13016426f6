package dev.keelson.server.http;

import dev.keelson.api.etcdserverpb.AlarmType;
import java.util.List;
import java.util.Optional;

/** GET /health: whether this member can serve, as load balancers and old clients ask. */
public final class HealthEndpoint implements HttpEndpoint {
  /** In the order in which they are told (OP31). */
  private static final List<AlarmType> ALARMS = List.of(AlarmType.NOSPACE, AlarmType.CORRUPT);

  private static final String STALLED = "STALLED";

  private final HealthReads reads;
  private final HealthMeasures measures;

  public HealthEndpoint(HealthReads reads, HealthMeasures measures) {
    this.reads = reads;
    this.measures = measures;
  }

  @Override
  public void answer(HttpQuery query) {
    var excluded = query.all("exclude");
    for (var alarm : ALARMS) {
      if (reads.isRaised(alarm) && !excluded.contains(alarm.name())) {
        query.reply().accept(reply(Optional.of("ALARM " + alarm)));
        return;
      }
    }
    var standstill = reads.standstill();
    if (standstill.isPresent() && !excluded.contains(STALLED)) {
      query.reply().accept(reply(standstill));
    } else if (query.isTrue("serializable")) {
      query.reply().accept(reply(reads.serializable().map(HealthEndpoint::rangeError)));
    } else if (!reads.hasLeader()) {
      query.reply().accept(reply(Optional.of("RAFT NO LEADER")));
    } else {
      reads.linearizable(
          query.connection(),
          error -> query.reply().accept(reply(error.map(HealthEndpoint::rangeError))));
    }
  }

  private static String rangeError(String error) {
    return "RANGE ERROR:" + error;
  }

  private HttpReply reply(Optional<String> reason) {
    measures.answered(reason.isEmpty());
    return reason
        .map(
            text ->
                HttpReply.plain(503, "{\"health\":\"false\",\"reason\":\"%s\"}%n".formatted(text)))
        .orElseGet(() -> HttpReply.text(200, "{\"health\":\"true\",\"reason\":\"\"}"));
  }
}
