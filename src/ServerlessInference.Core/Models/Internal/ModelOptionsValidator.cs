using Microsoft.Extensions.Options;

namespace ServerlessInference.Models;

/// <summary>Validates single settings by their attributes. The code is generated and uses no reflection.</summary>
[OptionsValidator]
internal sealed partial class ModelOptionsValidator : IValidateOptions<ModelOptions>;
