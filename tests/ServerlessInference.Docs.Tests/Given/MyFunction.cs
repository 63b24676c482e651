using ServerlessInference.Lambda;

namespace ServerlessInference.Docs.Tests.Given;

/// <summary>A function's description, which its program and its tests share.</summary>
public static class MyFunction
{
    public static void Describe(InferenceFunctionBuilder builder) => builder.MapHttp("products");
}
