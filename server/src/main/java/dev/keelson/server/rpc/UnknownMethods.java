package dev.keelson.server.rpc;

import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.io.InputStream;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Refuses what is not served here, in the words of etcd's gRPC library. */
final class UnknownMethods extends HandlerRegistry {
  private final Set<String> services;

  UnknownMethods(Set<String> services) {
    this.services = Set.copyOf(services);
  }

  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String fullName, @Nullable String authority) {
    var status = Status.UNIMPLEMENTED.withDescription(refusal(fullName));
    return ServerMethodDefinition.create(
        MethodDescriptor.newBuilder(RawMessages.INSTANCE, RawMessages.INSTANCE)
            .setType(MethodDescriptor.MethodType.UNKNOWN)
            .setFullMethodName(fullName)
            .build(),
        new Refusing(status));
  }

  /** What is said of a method that is not served. */
  String refusal(String fullName) {
    int slash = fullName.lastIndexOf('/');
    var service = fullName.substring(0, Math.max(slash, 0));
    var method = fullName.substring(slash + 1);
    return services.contains(service)
        ? "unknown method " + method + " for service " + service
        : "unknown service " + service;
  }

  private record Refusing(Status status) implements ServerCallHandler<InputStream, InputStream> {
    @Override
    public ServerCall.Listener<InputStream> startCall(
        ServerCall<InputStream, InputStream> call, Metadata headers) {
      call.close(status, new Metadata());
      return new ServerCall.Listener<>() {};
    }
  }
}
