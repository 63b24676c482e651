using System.Text.Json.Serialization;

namespace ServerlessInference.Docs.Tests.Given;

/// <summary>The application's JSON.</summary>
[JsonSerializable(typeof(ScheduledEvent))]
[JsonSerializable(typeof(Report))]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(OrderLabel))]
[JsonSerializable(typeof(FocusPoint))]
public sealed partial class MyJson : JsonSerializerContext;
