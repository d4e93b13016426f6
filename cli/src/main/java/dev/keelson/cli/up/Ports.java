package dev.keelson.cli.up;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether the ports of a plan are free; asked before anything is started. */
final class Ports {
  private Ports() {}

  static void requireFree(ClusterPlan plan) throws UpException {
    List<Integer> busy = busy(plan);
    if (!busy.isEmpty()) {
      String ports = busy.stream().map(String::valueOf).collect(Collectors.joining(", "));
      String subject = busy.size() == 1 ? "port " + ports + " is" : "ports " + ports + " are";
      throw new UpException(
          subject + " in use; stop what listens there or choose another --port-base");
    }
  }

  static List<Integer> busy(ClusterPlan plan) {
    return plan.members().stream()
        .flatMap(member -> Stream.of(member.clientPort(), member.peerPort()))
        .filter(port -> !isFree(port))
        .toList();
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      // What a member itself does: connections of an earlier run that linger are no obstacle.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral(ClusterPlan.HOST), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
