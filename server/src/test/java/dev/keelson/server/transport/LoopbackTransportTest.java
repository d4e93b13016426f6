package dev.keelson.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.keelson.raft.Message;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoopbackTransportTest {
  private final LoopbackNetwork network = new LoopbackNetwork();
  private final LoopbackTransport one = network.transport(1);
  private final LoopbackTransport two = network.transport(2);
  private final RecordingListener atOne = new RecordingListener();
  private final RecordingListener atTwo = new RecordingListener();

  @BeforeEach
  void start() {
    one.start(atOne);
    two.start(atTwo);
    await()
        .until(() -> atOne.events.contains("connected 2") && atTwo.events.contains("connected 1"));
  }

  @AfterEach
  void close() {
    network.close();
  }

  @Test
  void messagesArriveInOrderAfterTheFlush() {
    var sent =
        LongStream.range(0, 50)
            .<Message>mapToObj(i -> new Message.Heartbeat(1, 2, 1, i, i))
            .toList();
    sent.forEach(one::send);
    two.send(new Message.TimeoutNow(2, 1, 1));
    two.flush();
    await().until(() -> atOne.messages.size() == 1);
    assertThat(atTwo.messages).isEmpty();

    one.flush();
    await().until(() -> atTwo.messages.size() == sent.size());
    assertThat(atTwo.messages).isEqualTo(sent);
  }

  @Test
  void cutLinkCarriesNothingInItsDirectionOnly() {
    network.cut(1, 2);
    one.send(new Message.TimeoutNow(1, 2, 1));
    one.flush();
    two.send(new Message.TimeoutNow(2, 1, 1));
    two.flush();
    await().until(() -> atOne.messages.size() == 1);
    assertThat(atTwo.messages).isEmpty();
    assertThat(atOne.events).containsExactly("connected 2", "disconnected 2");

    network.heal();
    one.send(new Message.TimeoutNow(1, 2, 2));
    one.flush();
    await().until(() -> atTwo.messages.size() == 1);
    assertThat(atOne.events).containsExactly("connected 2", "disconnected 2", "connected 2");
  }

  @Test
  void isolatedMemberIsAlone() {
    network.isolate(1);
    await().until(() -> atTwo.events.contains("disconnected 1"));
    assertThat(atOne.events).contains("disconnected 2");
    one.send(new Message.TimeoutNow(1, 2, 1));
    one.flush();
    network.heal();
    await().until(() -> atTwo.events.size() == 3);
    assertThat(atTwo.messages).isEmpty();
  }

  @Test
  void closedTransportIsMissed() {
    two.close();
    await().until(() -> atOne.events.contains("disconnected 2"));
  }
}
