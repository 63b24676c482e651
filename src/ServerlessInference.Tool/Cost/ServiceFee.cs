namespace ServerlessInference.Tool.Cost;

/// <summary>A fee of a service other than Lambda.</summary>
/// <param name="Name">The name in the price book, such as <c>s3-put</c>.</param>
/// <param name="PerRequest">How often it is paid for each request.</param>
/// <param name="PerCall">How often it is paid for each call that answers requests.</param>
/// <param name="PerMonth">How often it is paid per month, regardless of requests.</param>
internal sealed record ServiceFee(string Name, double PerRequest = 0, double PerCall = 0, double PerMonth = 0);
