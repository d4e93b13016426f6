package dev.keelson.server.rpc;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.Parser;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import java.io.InputStream;
import java.util.Locale;
import java.util.function.Predicate;

/** Binds the handlers of one service to the gRPC library. */
final class ServiceBinder {
  /** Put on every connection when it is accepted. */
  static final Attributes.Key<CallLane> LANE = Attributes.Key.create("keelson-lane");

  private final ServerServiceDefinition.Builder definition;
  private final CallEnvironment environment;

  ServiceBinder(String serviceName, CallEnvironment environment) {
    this.definition = ServerServiceDefinition.builder(serviceName);
    this.environment = environment;
  }

  /** A method that learners refuse, as most are (P2). */
  <Q, R> ServiceBinder unary(
      MethodDescriptor<Q, R> descriptor, Parser<Q> parser, UnaryHandler<Q, R> handler) {
    return unary(descriptor, parser, request -> false, handler);
  }

  <Q, R> ServiceBinder unary(
      MethodDescriptor<Q, R> descriptor,
      Parser<Q> parser,
      Predicate<Q> allowedOnLearner,
      UnaryHandler<Q, R> handler) {
    var method =
        new UnaryMethod<>(
            descriptor.getFullMethodName(),
            new WireReader<>(parser),
            allowedOnLearner,
            AccessTable.of(descriptor.getFullMethodName()),
            handler,
            measures(descriptor));
    definition.addMethod(raw(descriptor), new UnaryCalls<>(method, environment));
    return this;
  }

  /** A method with streams that learners refuse, as most are (P2). */
  <Q, R> ServiceBinder stream(
      MethodDescriptor<Q, R> descriptor, Parser<Q> parser, StreamHandler<Q, R> handler) {
    return stream(descriptor, parser, false, handler);
  }

  /** As {@link #stream(MethodDescriptor, Parser, StreamHandler)}, with answers of another form. */
  <Q, R> ServiceBinder stream(
      MethodDescriptor<Q, ?> descriptor,
      Parser<Q> parser,
      MethodDescriptor.Marshaller<R> answers,
      StreamHandler<Q, R> handler) {
    return stream(
        descriptor.toBuilder(descriptor.getRequestMarshaller(), answers).build(), parser, handler);
  }

  <Q, R> ServiceBinder stream(
      MethodDescriptor<Q, R> descriptor,
      Parser<Q> parser,
      boolean allowedOnLearner,
      StreamHandler<Q, R> handler) {
    var method =
        new StreamMethod<>(
            descriptor.getFullMethodName(),
            new WireReader<>(parser),
            allowedOnLearner,
            AccessTable.of(descriptor.getFullMethodName()),
            handler,
            measures(descriptor));
    definition.addMethod(raw(descriptor), new StreamCalls<>(method, environment));
    return this;
  }

  private MethodMeasures measures(MethodDescriptor<?, ?> descriptor) {
    var type = descriptor.getType().name().toLowerCase(Locale.ROOT).replace("streaming", "stream");
    return environment.measures().method(descriptor.getFullMethodName(), type);
  }

  private static <R> MethodDescriptor<InputStream, R> raw(MethodDescriptor<?, R> descriptor) {
    return descriptor.toBuilder(RawMessages.INSTANCE, descriptor.getResponseMarshaller()).build();
  }

  ServerServiceDefinition build() {
    return definition.build();
  }

  private record UnaryCalls<Q, R>(UnaryMethod<Q, R> method, CallEnvironment environment)
      implements ServerCallHandler<InputStream, R> {
    @Override
    public ServerCall.Listener<InputStream> startCall(
        ServerCall<InputStream, R> call, Metadata headers) {
      call.request(2); // one more than there may be, to find out about it
      var lane = requireNonNull(call.getAttributes().get(LANE), "connection without a lane");
      return new UnaryCall<>(call, headers, method, environment, lane);
    }
  }

  private record StreamCalls<Q, R>(StreamMethod<Q, R> method, CallEnvironment environment)
      implements ServerCallHandler<InputStream, R> {
    @Override
    public ServerCall.Listener<InputStream> startCall(
        ServerCall<InputStream, R> call, Metadata headers) {
      var lane = requireNonNull(call.getAttributes().get(LANE), "connection without a lane");
      var stream = new StreamCall<>(call, headers, method, environment, lane);
      stream.start();
      return stream;
    }
  }
}
